"""A real run that is paused, outlives its server and is resumed: as if nothing had been."""

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, messages, wait_for_job
from tiny_model import write_tiny_model

N_STEPS = 80


@pytest.fixture
def start_server(tmp_path):
    """Start servers, one after the other, on one home that has the tiny model."""
    servers = []

    def start():
        servers.append(ServerProcess(tmp_path / "home"))
        return servers[-1]

    first = start()
    body = {"source": str(write_tiny_model(tmp_path / "model")), "name": "tiny"}
    httpx.post(f"{first.url}/v1/tuneport/models", json=body, timeout=60).raise_for_status()
    first.stop()
    yield start
    for server in servers:
        server.stop()


def client_of(server):
    """Not the strict client: OpenAI's own list of statuses lacks 'paused', which their service answers."""
    return server.client(strict=False)


def create_job(client):
    """Ten rows, one a step, eight times: long enough to be met in the middle."""
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune").id
    hyperparameters = {"n_epochs": 8, "batch_size": 1}
    method = {"type": "supervised", "supervised": {"hyperparameters": hyperparameters}}
    return client.fine_tuning.jobs.create(model="tiny", training_file=file, seed=5, method=method).id


def result_of(client, job):
    return client.files.content(job.result_files[0]).text


def answer_of(client, model):
    question = [{"role": "user", "content": "What comes after 3?"}]
    return client.chat.completions.create(model=model, messages=question, max_tokens=8, temperature=0).choices[0]


def wait_for_message(client, job_id, start):
    seen = []
    while not any(text.startswith(start) for text in seen):
        seen = messages(client, job_id)
        status = client.fine_tuning.jobs.retrieve(job_id).status
        assert status in ("validating_files", "queued", "running", "paused"), seen[-5:]
    return next(text for text in seen if text.startswith(start))


@pytest.mark.requirement("R3.3")
def test_run_that_is_paused_over_a_restart_ends_as_an_unbroken_one_and_leaves_a_model_of_where_it_stood(start_server):
    first = start_server()
    with client_of(first) as client:
        unbroken = wait_for_job(client, create_job(client), "succeeded", seconds=240)
        job_id = create_job(client)
        wait_for_message(client, job_id, f"Step 3/{N_STEPS}")
        client.fine_tuning.jobs.pause(job_id)
        set_aside = wait_for_message(client, job_id, "Training process ended after step")
        (checkpoint,) = client.fine_tuning.jobs.checkpoints.list(job_id)
        answers = [answer_of(client, checkpoint.fine_tuned_model_checkpoint)]
        with pytest.raises(openai.ConflictError, match="goes on from it"):
            client.models.delete(checkpoint.fine_tuned_model_checkpoint)
    first.stop()
    with client_of(start_server()) as client:
        still = client.fine_tuning.jobs.retrieve(job_id).status
        client.fine_tuning.jobs.resume(job_id)
        resumed = wait_for_job(client, job_id, "succeeded", seconds=240)
        results = [result_of(client, job) for job in (unbroken, resumed)]
        answers.append(answer_of(client, checkpoint.fine_tuned_model_checkpoint))

    paused_after = int(set_aside.split(";")[0].split()[-1])
    assert checkpoint.step_number == paused_after
    assert answers[0] == answers[1]
    assert still == "paused"
    assert 3 <= paused_after < N_STEPS
    assert results[0] == results[1]
    assert results[0].count("\n") == N_STEPS + 1
