"""A fine-tuning job as code for Azure OpenAI runs it, from ten rows to an answer under a deployment's name.

Only the two addresses and the model are not Azure's: see README.md.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx
from openai import AzureOpenAI
from openai.types.fine_tuning import FineTuningJob

HERE = Path(__file__).parent
ENDPOINT = os.environ.get("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:8410")
API_KEY = os.environ.get("AZURE_OPENAI_API_KEY", "none")
MODEL = os.environ.get("TUTORIAL_MODEL", "smollm2-135m-instruct")
MANAGEMENT = os.environ.get("AZURE_MANAGEMENT_ENDPOINT", ENDPOINT)
DEPLOYMENT = "station-clock"
ACCOUNT = "/subscriptions/sub/resourceGroups/group/providers/Microsoft.CognitiveServices/accounts/account"
API_VERSION = "2024-10-21"
POLL_SECONDS = float(os.environ.get("TUTORIAL_POLL_SECONDS", "5"))
ENDED = ("succeeded", "failed", "cancelled")


def main() -> None:
    client = AzureOpenAI(azure_endpoint=ENDPOINT, api_key=API_KEY, api_version=API_VERSION)
    training, validation = (upload(client, name) for name in ("train.jsonl", "validation.jsonl"))
    job = client.fine_tuning.jobs.create(model=MODEL, training_file=training, validation_file=validation, seed=105)
    print(f"job {job.id}: {job.status}")
    job = wait_for_end(client, job.id)
    if job.status != "succeeded":
        raise SystemExit(f"The job is {job.status!r}: {job.error}")
    show_events(client, job.id)
    show_checkpoints(client, job.id)
    show_results(client, job.result_files[0])
    deploy(job.fine_tuned_model)
    print(f"answer: {ask(client)}")
    clean_up(client, job)


def upload(client: AzureOpenAI, name: str) -> str:
    with (HERE / name).open("rb") as file:
        uploaded = client.files.create(file=file, purpose="fine-tune")
    print(f"file {uploaded.id}: {uploaded.filename}, {uploaded.status}")
    return uploaded.id


def wait_for_end(client: AzureOpenAI, job_id: str) -> FineTuningJob:
    while True:
        job = client.fine_tuning.jobs.retrieve(job_id)
        if job.status in ENDED:
            print(f"job {job_id}: {job.status}")
            return job
        time.sleep(POLL_SECONDS)


def show_events(client: AzureOpenAI, job_id: str) -> None:
    for event in client.fine_tuning.jobs.list_events(fine_tuning_job_id=job_id, limit=5).data:
        print(f"event: {event.message}")


def show_checkpoints(client: AzureOpenAI, job_id: str) -> None:
    for checkpoint in client.fine_tuning.jobs.checkpoints.list(job_id).data:
        print(f"checkpoint {checkpoint.id}: step {checkpoint.step_number}")


def show_results(client: AzureOpenAI, file_id: str) -> None:
    lines = client.files.content(file_id).text.splitlines()
    print(f"results: {len(lines) - 1} steps of {lines[0]}")


def deploy(model: str) -> None:
    """Azure has this in its management API, at another address and with a token; here it is the same server."""
    body = {
        "sku": {"name": "standard", "capacity": 1},
        "properties": {"model": {"format": "OpenAI", "name": model, "version": "1"}},
    }
    answer = httpx.put(deployment_url(), params={"api-version": API_VERSION}, headers=token(), json=body, timeout=60)
    answer.raise_for_status()
    print(f"deployment {DEPLOYMENT}: {answer.json()['properties']['provisioningState']}")


def ask(client: AzureOpenAI) -> str:
    messages = [{"role": "user", "content": "When does the next train leave?"}]
    answer = client.chat.completions.create(model=DEPLOYMENT, messages=messages, max_tokens=40)
    return str(answer.choices[0].message.content)


def clean_up(client: AzureOpenAI, job: FineTuningJob) -> None:
    """The deployment goes first: a model that is deployed cannot be deleted."""
    httpx.delete(deployment_url(), params={"api-version": API_VERSION}, headers=token()).raise_for_status()
    client.models.delete(job.fine_tuned_model)
    client.files.delete(job.training_file)
    client.files.delete(job.validation_file)
    print("deployment, model and files are deleted")


def deployment_url() -> str:
    return f"{MANAGEMENT}{ACCOUNT}/deployments/{DEPLOYMENT}"


def token() -> dict[str, str]:
    return {"Authorization": f"Bearer {API_KEY}"}


if __name__ == "__main__":
    main()
