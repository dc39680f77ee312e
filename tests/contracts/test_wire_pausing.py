"""Pause and resume, by the official client and by the commands, over the end of a server."""

import json
import signal
import time
from functools import partial

import openai
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess, chat_rows, messages, wait_for_job
from tuneport_command import run_tuneport

MODEL = "smollm2-135m-instruct"
SET_ASIDE = "Training process ended after step 85; a resume goes on there"


def client_of(server: ServerProcess) -> openai.OpenAI:
    """Not the strict client: OpenAI's own list of statuses lacks 'paused', which their service answers."""
    return server.client(strict=False)


def create_job(client: openai.OpenAI) -> str:
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(model=MODEL, training_file=file.id).id


def wait_for_message(client: openai.OpenAI, job_id: str, start: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(message.startswith(start) for message in messages(client, job_id)):
        assert time.monotonic() < deadline, messages(client, job_id)[-5:]
        time.sleep(0.05)


@pytest.fixture
def hanging(start_server):
    """A server, and the job whose training hangs there at step 85 until the file `hang` is gone."""
    server = start_server("hangs-if-asked")
    hang = server.home / "runs" / "hang"
    hang.parent.mkdir(exist_ok=True)
    hang.touch()
    with client_of(server) as client:
        job_id = create_job(client)
        wait_for_message(client, job_id, "Step 85/100")
    return server, job_id


def test_paused_job_stays_paused_over_a_restart_and_goes_on_when_resumed(hanging, start_server):
    first, job_id = hanging
    with client_of(first) as client:
        answered = client.fine_tuning.jobs.pause(job_id).status
        wait_for_message(client, job_id, SET_ASIDE)
    first.stop(signal.SIGTERM)
    (first.home / "runs" / "hang").unlink()

    with client_of(start_server("hangs-if-asked")) as client:
        other = wait_for_job(client, create_job(client), "succeeded")
        still = client.fine_tuning.jobs.retrieve(job_id).status
        resumed = client.fine_tuning.jobs.resume(job_id).status
        ended = wait_for_job(client, job_id, "succeeded")
        told = messages(client, job_id)

    assert (answered, still, resumed) == ("paused", "paused", "queued")
    assert [text.split("/")[0] for text in told if text.startswith("Step ")] == [f"Step {n}" for n in range(1, 101)]
    assert other.finished_at <= ended.finished_at


@pytest.mark.requirement("R3.3")
def test_next_job_gets_the_accelerator_of_a_paused_one(hanging):
    server, job_id = hanging
    with client_of(server) as client:
        next_id = create_job(client)
        waiting = wait_for_job(client, next_id, "queued").status

        client.fine_tuning.jobs.pause(job_id)
        running = wait_for_job(client, next_id, "running")
        told = messages(client, job_id)

    assert waiting == "queued"
    assert running.status == "running"
    assert told[-1] == SET_ASIDE


def test_commands_pause_resume_and_cancel(hanging):
    server, job_id = hanging
    jobs_command = partial(run_tuneport, "jobs", url=server.url)

    paused = jobs_command("pause", job_id)
    again = jobs_command("pause", job_id)
    resumed = jobs_command("resume", job_id, "--json")
    jobs_command("pause", job_id)
    cancelled = jobs_command("cancel", job_id)

    assert (paused.returncode, paused.stdout) == (0, f"{job_id} is paused.\n")
    assert f"Job {job_id} is 'paused'; only queued or running jobs can be paused." in again.stderr
    assert json.loads(resumed.stdout)["status"] == "queued"
    assert cancelled.stdout == f"{job_id} is cancelled.\n"


def test_only_a_paused_job_can_be_resumed(server: ServerProcess):
    with client_of(server) as client:
        job_id = create_job(client)
        wait_for_job(client, job_id, "succeeded")

        with pytest.raises(openai.ConflictError, match=f"Job {job_id} is 'succeeded'; only paused jobs can be resumed"):
            client.fine_tuning.jobs.resume(job_id)
        with pytest.raises(openai.ConflictError, match="only queued or running jobs can be paused"):
            client.fine_tuning.jobs.pause(job_id)
