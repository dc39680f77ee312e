"""What only Tuneport has on a job: going on from a tuned model, and early stopping."""

import json
import subprocess
import sys

import openai
import pytest

from server_process import ServerProcess, chat_rows, messages, wait_for_job

MODEL = "smollm2-135m-instruct"


@pytest.fixture
def file_id(client: openai.OpenAI) -> str:
    return client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id


def run_job(client: openai.OpenAI, file_id: str, model: str = MODEL, **options):
    job = client.fine_tuning.jobs.create(model=model, training_file=file_id, **options)
    return wait_for_job(client, job.id, "succeeded", "failed")


@pytest.mark.requirement("R5.1", "R5.2")
def test_job_goes_on_from_a_tuned_model_and_from_a_checkpoint(client: openai.OpenAI, file_id: str):
    first = run_job(client, file_id).fine_tuned_model
    second = run_job(client, file_id, f"{first}:ckpt-step-80", suffix="more").fine_tuned_model

    third = run_job(client, file_id, second)

    assert third.model == MODEL
    assert third.fine_tuned_model.startswith(f"ft:{MODEL}:local::")
    assert third.tuneport["parent_model"] == second
    assert third.tuneport["lineage"] == [f"{first}:ckpt-step-80", second]
    assert f"Training goes on from {second}" in messages(client, third.id)


def test_parent_can_be_deleted_once_its_child_is_there(client: openai.OpenAI, file_id: str):
    parent = run_job(client, file_id).fine_tuned_model
    child = run_job(client, file_id, parent)

    assert client.models.delete(parent).deleted

    assert client.models.retrieve(child.fine_tuned_model).id == child.fine_tuned_model
    assert client.fine_tuning.jobs.retrieve(child.id).tuneport["parent_model"] == parent
    with pytest.raises(openai.NotFoundError, match=parent):
        client.fine_tuning.jobs.create(model=parent, training_file=file_id)


@pytest.mark.requirement("R3.9")
def test_parent_of_a_waiting_job_is_not_deleted(start_server):
    first = start_server("good")
    with first.client() as client:
        file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
        parent = run_job(client, file).fine_tuned_model
    first.stop()
    with start_server("hangs").client() as client:
        child = client.fine_tuning.jobs.create(model=parent, training_file=file)

        with pytest.raises(openai.ConflictError, match=f"job {child.id}, which is '.*', goes on from it") as caught:
            client.models.delete(parent)

    assert caught.value.code == "model_in_use"


def test_job_shows_what_it_goes_on_from(server: ServerProcess, client: openai.OpenAI, file_id: str):
    parent = run_job(client, file_id).fine_tuned_model
    child = run_job(client, file_id, parent)

    command = [sys.executable, "-m", "tuneport.cli", "jobs", "show", child.id, "--endpoint", server.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert f"  goes on from        {parent}\n" in done.stdout


def test_early_stopping_gives_the_model_of_the_best_epoch(client: openai.OpenAI, file_id: str):
    job = run_job(client, file_id, validation_file=file_id, extra_body={"tuneport": {"stop_after_worse_epochs": 2}})

    checkpoints = client.fine_tuning.jobs.checkpoints.list(job.id).data
    assert job.tuneport["stop_after_worse_epochs"] == 2
    assert [checkpoint.step_number for checkpoint in checkpoints] == [50, 40]


def test_run_hands_early_stopping_on_to_the_job(server: ServerProcess, client: openai.OpenAI, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(chat_rows(10))
    options = ["--validation", str(rows), "--stop-after-worse-epochs", "3", "--json", "--endpoint", server.url]

    command = [sys.executable, "-m", "tuneport.cli", "run", str(rows), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    assert json.loads(done.stdout)["job"]["tuneport"]["stop_after_worse_epochs"] == 3
