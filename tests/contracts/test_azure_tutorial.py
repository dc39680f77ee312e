"""Row 10: a small run in Azure's words from file to answer, in earnest on a tiny model; and deployments."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess, wait_for_job
from tuneport_command import run_tuneport

TUTORIAL = Path(__file__).parents[2] / "examples" / "azure-tutorial"
VERSION = {"api-version": "2024-10-21"}
ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/deployments"
QUESTION = [{"role": "user", "content": "When does the next train leave?"}]


def put(server: ServerProcess, deployment: str, model: str, **sku: object) -> httpx.Response:
    properties = {"model": {"format": "OpenAI", "name": model, "version": "1"}}
    body = {"sku": {"name": "standard", "capacity": 1, **sku}, "properties": properties}
    headers = {"Authorization": "Bearer token"}
    return httpx.put(f"{server.url}{ACCOUNT}/{deployment}", params=VERSION, headers=headers, json=body)


def manage(server: ServerProcess, method: str, path: str = "") -> httpx.Response:
    return httpx.request(method, f"{server.url}{ACCOUNT}{path}", params=VERSION)


@pytest.fixture(scope="module")
def azure(real_server: ServerProcess):
    with real_server.azure_client() as client:
        yield client


@pytest.fixture(scope="module")
def job(real_server: ServerProcess, azure: openai.AzureOpenAI):
    """A job of the tutorial's kind: ten rows, seed 105."""
    files = []
    for name in ("train.jsonl", "validation.jsonl"):
        with (TUTORIAL / name).open("rb") as file:
            files.append(azure.files.create(file=file, purpose="fine-tune").id)
    created = azure.fine_tuning.jobs.create(
        model="tiny", training_file=files[0], validation_file=files[1], seed=105, hyperparameters={"n_epochs": 3}
    )
    wait_for_job(azure, created.id, "succeeded", "failed", seconds=400)
    with real_server.azure_client(strict=True) as strict:
        return strict.fine_tuning.jobs.retrieve(created.id)


@pytest.mark.requirement("R10.1", "R10.2")
def test_tutorial_runs_with_nothing_changed_but_address_and_model(real_server: ServerProcess):
    environment = os.environ | {
        "AZURE_OPENAI_ENDPOINT": real_server.url,
        "TUTORIAL_MODEL": "tiny",
        "TUTORIAL_POLL_SECONDS": "0.2",
    }
    done = subprocess.run(
        [sys.executable, TUTORIAL / "tutorial.py"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "event: Job succeeded." in said
    assert [line.rpartition(" ")[2] for line in said if line.startswith("checkpoint ftchkpt-")] == ["100", "90", "80"]
    assert "results: 100 steps of step,train_loss,train_mean_token_accuracy" in done.stdout
    assert "deployment station-clock: Succeeded" in said
    assert any(line.startswith("answer: ") for line in said)
    assert said[-1] == "deployment, model and files are deleted"


@pytest.mark.requirement("R3.2", "R10.1")
def test_deployment_s_name_answers_under_all_three_prefixes(real_server: ServerProcess, azure, job):
    created = put(real_server, "clock", job.fine_tuned_model)
    options = {"messages": QUESTION, "max_tokens": 8, "temperature": 0}
    body = {**options, "model": "clock"}

    direct = httpx.post(f"{real_server.url}/v1/chat/completions", json=body | {"model": "tiny"}).json()
    by_name = [
        azure.chat.completions.create(model="clock", **options).model_dump(),
        httpx.post(f"{real_server.url}/v1/chat/completions", json=body).json(),
        httpx.post(f"{real_server.url}/openai/v1/chat/completions", json=body).json(),
        httpx.post(f"{real_server.url}/openai/deployments/clock/chat/completions", params=VERSION, json=options).json(),
    ]

    assert created.status_code == 201
    assert created.json()["properties"]["provisioningState"] == "Succeeded"
    texts = {answer["choices"][0]["message"]["content"] for answer in by_name}
    assert len(texts) == 1
    assert texts != {direct["choices"][0]["message"]["content"]}
    assert {answer["model"] for answer in by_name} == {real_server_name(real_server, job.id)}
    streamed = azure.chat.completions.create(model="clock", stream=True, **options)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed) in texts


def real_server_name(server: ServerProcess, job_id: str) -> str:
    return httpx.get(f"{server.url}/v1/fine_tuning/jobs/{job_id}").json()["fine_tuned_model"]


def test_raw_text_is_answered_by_deployment_too(real_server: ServerProcess, azure, job):
    put(real_server, "raw", job.fine_tuned_model)

    answer = azure.completions.create(model="raw", prompt="The train", max_tokens=4)

    assert answer.object == "text_completion"
    assert answer.usage.completion_tokens <= 4


def test_checkpoint_is_deployed_by_its_id_and_shown_in_azure_s_spelling(real_server: ServerProcess, azure, job):
    checkpoint = azure.fine_tuning.jobs.checkpoints.list(job.id).data[1]

    put(real_server, "early", checkpoint.id)

    shown = manage(real_server, "GET", "/early").json()
    assert shown["id"] == f"{ACCOUNT}/early"
    assert shown["properties"]["model"]["name"] == checkpoint.fine_tuned_model_checkpoint
    assert shown["sku"] == {"name": "standard", "capacity": 1}
    assert azure.chat.completions.create(model="early", messages=QUESTION, max_tokens=2).choices


@pytest.mark.requirement("R3.9")
def test_deployed_model_cannot_be_deleted_before_its_deployment(real_server: ServerProcess, azure, job):
    checkpoint = azure.fine_tuning.jobs.checkpoints.list(job.id).data[2].fine_tuned_model_checkpoint
    put(real_server, "held", checkpoint)

    with pytest.raises(openai.ConflictError, match="'held'"):
        azure.models.delete(checkpoint)
    with real_server.client() as client, pytest.raises(openai.ConflictError, match="'held'"):
        client.models.delete(httpx.get(f"{real_server.url}/v1/tuneport/deployments/held").json()["model"])
    deleted = manage(real_server, "DELETE", "/held")
    azure.models.delete(checkpoint)

    assert deleted.status_code == 200
    assert manage(real_server, "GET", "/held").status_code == 404
    with pytest.raises(openai.NotFoundError):
        azure.chat.completions.create(model="held", messages=QUESTION)


@pytest.mark.requirement("R3.2")
def test_put_replaces_and_list_has_every_deployment(real_server: ServerProcess):
    first = put(real_server, "swap", "tiny")
    second = put(real_server, "swap", "tiny", name="developertier", capacity=3)

    assert (first.status_code, second.status_code) == (201, 200)
    listed = manage(real_server, "GET").json()["value"]
    (swap,) = [deployment for deployment in listed if deployment["name"] == "swap"]
    assert swap["sku"] == {"name": "developertier", "capacity": 3}


@pytest.mark.parametrize(
    ("path", "body", "status", "target"),
    [
        ("/bad", {"properties": {"model": {"name": "no-such"}}}, 404, "model"),
        ("/bad", {"properties": {"model": {}}}, 400, "properties.model.name"),
        ("/bad", {"properties": {"model": {"name": "tiny"}}, "colour": 1}, 400, "colour"),
        ("/bad:name", {"properties": {"model": {"name": "tiny"}}}, 400, "name"),
        ("/b" + "x" * 300, {"properties": {"model": {"name": "tiny"}}}, 400, "name"),
    ],
)
def test_deployment_that_cannot_be_is_refused_in_azure_s_envelope(real_server, path, body, status, target):
    answer = httpx.put(f"{real_server.url}{ACCOUNT}{path}", params=VERSION, json=body)

    assert (answer.status_code, answer.json()["error"]["target"]) == (status, target)


@pytest.mark.requirement("R3.2")
def test_short_form_creates_lists_shows_and_deletes(real_server: ServerProcess):
    url = f"{real_server.url}/v1/tuneport/deployments"

    created = httpx.post(url, json={"name": "short", "model": "tiny"}).json()
    again = httpx.post(url, json={"name": "short", "model": "tiny"})
    shown = httpx.get(f"{url}/short").json()
    listed = httpx.get(url).json()["data"]
    deleted = httpx.delete(f"{url}/short").json()

    assert (created["model"], created["expires_at"], shown) == ("tiny", None, created)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "deployment_name_taken")
    assert created in listed
    assert deleted == {"name": "short", "object": "deployment", "deleted": True}
    assert httpx.get(f"{url}/short").status_code == 404


def test_commands_create_list_show_and_delete(real_server: ServerProcess):
    def deploy(*words: str) -> str:
        done = run_tuneport("deploy", *words, url=real_server.url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    created = deploy("create", "desk", "tiny", "--sku", "developertier")
    listed = deploy("list")
    shown = deploy("show", "desk")
    deleted = deploy("delete", "desk")

    assert "tiny answers as desk now" in created
    assert any(line.split()[:3] == ["desk", "tiny", "developertier"] for line in listed.splitlines())
    assert "model: tiny" in shown
    assert "its model stays" in deleted
