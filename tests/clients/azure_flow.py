"""Upload, job, events, deployment, chat by its name: with `AzureOpenAI`."""

import json
import os
import sys
import time
import urllib.request

import openai

DEPLOYMENT = "clients"
MANAGEMENT = (
    "/subscriptions/sub/resourceGroups/group/providers/Microsoft.CognitiveServices/accounts/account"
    f"/deployments/{DEPLOYMENT}?api-version=2024-10-01"
)


def main() -> None:
    url = os.environ["TUNEPORT_URL"]
    client = openai.AzureOpenAI(azure_endpoint=url, api_version="2024-10-21", api_key="none", max_retries=0)
    with open(os.environ["TRAINING_FILE"], "rb") as rows:
        file = client.files.create(file=rows, purpose="fine-tune")
    job = client.fine_tuning.jobs.create(
        model=os.environ["BASE_MODEL"], training_file=file.id, hyperparameters={"n_epochs": 1}, seed=105
    )
    while job.status not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.5)
        job = client.fine_tuning.jobs.retrieve(job.id)
    assert job.status == "succeeded", job
    events = client.fine_tuning.jobs.list_events(job.id, limit=50).data
    assert events, job
    assert deploy(url, job.fine_tuned_model)["properties"]["provisioningState"] == "Succeeded"
    answer = client.chat.completions.create(
        model=DEPLOYMENT, messages=[{"role": "user", "content": "Carbon?"}], max_tokens=16
    )
    assert answer.choices[0].message.content, answer
    manage(url, "DELETE")
    print(f"AzureOpenAI of openai {openai.__version__}: file, job, {len(events)} events, deployment, chat")


def deploy(url: str, model: str):
    model_section = {"format": "OpenAI", "name": model, "version": "1"}
    return manage(url, "PUT", {"sku": {"name": "standard", "capacity": 1}, "properties": {"model": model_section}})


def manage(url: str, method: str, body=None):
    request = urllib.request.Request(
        url + MANAGEMENT,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer none", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        content = answer.read()
    return json.loads(content) if content else None


if __name__ == "__main__":
    sys.exit(main())
