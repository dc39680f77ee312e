"""The whole way in earnest, on a tiny model: upload, train, ask, compare."""

import json
import time

import httpx
import openai
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess, messages, wait_for_job

HYPERPARAMETERS = {"n_epochs": 4, "batch_size": 2, "learning_rate_multiplier": 7}
"""Such steps change what the model answers, so that an adapter that is left out shows."""


def count_rows(first: int, n_rows: int) -> bytes:
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"What comes after {number}?"},
                {"role": "assistant", "content": str(number + 1)},
            ]
        }
        for number in range(first, first + n_rows)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


@pytest.fixture(scope="module")
def job(real_server: ServerProcess):
    client = real_server.client()
    training, validation = (
        client.files.create(file=("rows.jsonl", content), purpose="fine-tune").id
        for content in (count_rows(0, 10), count_rows(20, 4))
    )
    job = client.fine_tuning.jobs.create(
        model="tiny",
        training_file=training,
        validation_file=validation,
        suffix="count",
        seed=1,
        method={"type": "supervised", "supervised": {"hyperparameters": HYPERPARAMETERS}},
    )
    return wait_for_job(client, job.id, "succeeded", "failed", "cancelled", seconds=240)


def train_losses(client: openai.OpenAI, job_id: str) -> list[float]:
    """Give the loss of each step, oldest first."""
    events = client.fine_tuning.jobs.list_events(job_id, limit=100).data
    return [event.data["train_loss"] for event in reversed(events) if event.type == "metrics"]


def test_job_succeeds_with_steps_checkpoints_and_tokens(real_client: openai.OpenAI, job):
    told = messages(real_client, job.id)

    assert job.status == "succeeded", told
    assert sum(text.startswith("Step ") for text in told) == 20
    assert [checkpoint.step_number for checkpoint in real_client.fine_tuning.jobs.checkpoints.list(job.id)] == [15, 10]
    assert job.trained_tokens > 0


def test_validation_is_measured_at_each_epoch_s_end(real_client: openai.OpenAI, job):
    events = real_client.fine_tuning.jobs.list_events(job.id, limit=100).data

    last = next(event for event in events if event.type == "metrics")
    assert "full validation loss=" in last.message
    assert 0 <= last.data["full_valid_mean_token_accuracy"] <= 1


@pytest.mark.requirement("R1.1", "R5.1")
def test_tuned_model_and_its_checkpoints_answer(real_client: openai.OpenAI, job):
    checkpoint = real_client.fine_tuning.jobs.checkpoints.list(job.id).data[0].fine_tuned_model_checkpoint

    names = ("tiny", job.fine_tuned_model, checkpoint)
    base, tuned, earlier = (
        real_client.chat.completions.create(
            model=name, messages=[{"role": "user", "content": "What comes after 3?"}], max_tokens=8, temperature=0
        )
        for name in names
    )

    assert (base.model, tuned.model, earlier.model) == names
    for answer in (tuned, earlier):
        assert answer.choices[0].message.content != base.choices[0].message.content


@pytest.mark.requirement("R5.1", "R5.3")
def test_job_that_goes_on_begins_with_what_its_parent_has_learned(real_client: openai.OpenAI, job):
    parent = real_client.fine_tuning.jobs.checkpoints.list(job.id).data[0].fine_tuned_model_checkpoint
    hyperparameters = {**HYPERPARAMETERS, "n_epochs": 1, "learning_rate_multiplier": 0.001}
    child = real_client.fine_tuning.jobs.create(
        model=parent,
        training_file=job.training_file,
        seed=1,
        method={"type": "supervised", "supervised": {"hyperparameters": hyperparameters}},
    )

    ended = wait_for_job(real_client, child.id, "succeeded", "failed", seconds=240)

    assert ended.status == "succeeded", ended.error
    assert ended.tuneport["lineage"] == [parent]
    assert max(train_losses(real_client, child.id)) < train_losses(real_client, job.id)[0] / 2
    answer = real_client.chat.completions.create(
        model=ended.fine_tuned_model, messages=[{"role": "user", "content": "What comes after 3?"}], max_tokens=8
    )
    assert answer.model == ended.fine_tuned_model


def test_comparison_of_base_and_tuned_ends_with_a_verdict(real_server: ServerProcess, job):
    url = f"{real_server.url}/v1/tuneport/comparisons"
    body = {
        "training_file": job.training_file,
        "validation_file": job.validation_file,
        "base_model": "tiny",
        "tuned_model": job.fine_tuned_model,
    }
    comparison = httpx.post(url, json=body).raise_for_status().json()

    deadline = time.monotonic() + PATIENCE_SECONDS * 2
    while comparison["status"] in ("queued", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
        comparison = httpx.get(f"{url}/{comparison['id']}").json()

    assert comparison["status"] == "succeeded", comparison["error"]
    assert comparison["results"]["tuned"]["n_rows"] == 4
    answers = httpx.get(f"{url}/{comparison['id']}/answers").json()["data"]
    assert [answer["expected"] for answer in answers] == ["21", "22", "23", "24"]


def test_machine_and_catalog_tell_what_is_here(real_server: ServerProcess):
    machine = httpx.get(f"{real_server.url}/v1/tuneport/machine").json()
    catalog = httpx.get(f"{real_server.url}/v1/tuneport/models").json()["data"]

    assert machine["versions"]["torch"]
    assert [model["pulled"] for model in machine["models"] if model["name"] == "tiny"] == [True]
    (tiny,) = [model for model in catalog if model["name"] == "tiny"]
    assert tiny["pulled"]
    assert tiny["folder_bytes"] > 100_000
