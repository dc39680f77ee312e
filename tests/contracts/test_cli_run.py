"""`tuneport run` against a real server whose training pretends: how it ends, well and otherwise."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from server_process import chat_rows, messages

PATIENCE_SECONDS = 60
TRAINING_SECONDS = 240
"""For runs that load torch and train in earnest."""


@pytest.fixture
def home(tmp_path):
    """The folder on which `start_server` starts its servers."""
    return tmp_path / "home"


@pytest.fixture
def training_file(tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_bytes(chat_rows(10))
    return path


@pytest.fixture
def start_run(home, training_file):
    def start(*options):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TUNEPORT_")}
        return subprocess.Popen(
            [sys.executable, "-m", "tuneport.cli", "run", str(training_file), *options],
            env=environment | {"TUNEPORT_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # As from a terminal, also where these tests run in the background of a shell, which ignores interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    return start


def _on_tiny(server):
    return ("--model", "tiny", "--endpoint", server.url)


def _wait_for_status(server, *statuses):
    deadline = time.monotonic() + PATIENCE_SECONDS
    with server.client() as client:
        while True:
            jobs = client.fine_tuning.jobs.list().data
            if jobs and jobs[0].status in statuses:
                return jobs[0]
            assert time.monotonic() < deadline, server.log_file.read_text()
            time.sleep(0.05)


def test_a_run_ends_with_an_answer_of_the_model_and_how_to_call_it(real_server, start_run):
    process = start_run("--suffix", "house", "--n-epochs", "1", *_on_tiny(real_server))
    output, errors = process.communicate(timeout=TRAINING_SECONDS)

    assert process.returncode == 0, errors
    assert "train.jsonl: 10 rows" in output
    assert "Fine-tuning job started" in output
    assert "Nothing was measured" in output
    assert f"Served at {real_server.url}/v1 as ft:tiny:local:house:" in output
    assert "asked: 'Say 0.', answered: " in output
    assert "The tuned model is ft:tiny:local:house:" in output
    assert "tuneport chat ft:tiny:local:house:" in output


def test_a_run_with_json_gives_one_document(real_server, start_run):
    process = start_run("--json", "--n-epochs", "4", "--seed", "7", *_on_tiny(real_server))
    output, errors = process.communicate(timeout=TRAINING_SECONDS)

    document = json.loads(output)
    assert document["status"] == "succeeded"
    assert document["job"]["seed"] == 7
    assert document["job"]["hyperparameters"]["n_epochs"] == 4
    assert document["model"] == document["job"]["fine_tuned_model"]
    assert document["result"]["steps"] == 40
    assert document["served"]["base_url"] == f"{real_server.url}/v1"
    assert document["served"]["model"] == document["model"]
    assert document["served"]["question"] == "Say 0."
    assert isinstance(document["served"]["answer"], str)
    assert "Fine-tuning job started" in errors


def test_a_model_that_does_not_answer_fails_the_run_and_is_named(start_server, start_run):
    start_server("good")  # Its training only pretends, so there is nothing to load.

    process = start_run("--json")
    output, errors = process.communicate(timeout=TRAINING_SECONDS)

    document = json.loads(output)
    assert process.returncode == 1
    assert (document["status"], document["served"]) == ("failed", None)
    assert document["model"].startswith("ft:smollm2-135m-instruct:local::")
    assert f"The tuned model {document['model']} is kept, but did not answer at " in errors


def test_a_job_that_fails_ends_the_run_with_its_reason(start_server, start_run):
    start_server("fails")

    process = start_run()
    output, _ = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert "is failed" in output
    assert "the run says failed" in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_the_job_and_keeps_nothing_half_written(start_server, start_run, home, number):
    server = start_server("hangs")
    process = start_run()
    job = _wait_for_status(server, "running")

    process.send_signal(number)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 130
    assert f"{job.id} is cancelled" in output
    assert "Traceback" not in errors
    assert _wait_for_status(server, "cancelled").id == job.id
    assert list((home / "leases").iterdir()) == []


def test_a_server_that_is_killed_in_mid_run_is_one_paragraph(start_server, start_run):
    server = start_server("hangs")
    process = start_run()
    _wait_for_status(server, "running")

    server.stop(signal.SIGKILL)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 1
    assert errors.startswith("Error: ")
    assert errors.count("\n") == 1
    assert "Jobs are kept" in errors


def test_two_runs_at_once_take_turns_on_one_server(start_server, start_run):
    server = start_server("good")

    processes = [start_run("--suffix", name) for name in ("one", "two")]
    outputs = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes]

    assert all("The tuned model is ft:" in output for output in outputs), outputs
    with server.client() as client:
        jobs = client.fine_tuning.jobs.list().data
        assert [job.status for job in jobs] == ["succeeded", "succeeded"]
        assert all("Fine-tuning job started" in messages(client, job.id) for job in jobs)


def test_follow_attaches_to_a_job_that_another_client_made(start_server, home, training_file):
    server = start_server("good")
    with server.client() as client:
        file = client.files.create(file=training_file, purpose="fine-tune")
        job = client.fine_tuning.jobs.create(model="smollm2-135m-instruct", training_file=file.id)

    done = subprocess.run(
        [sys.executable, "-m", "tuneport.cli", "jobs", "follow", job.id, "--endpoint", server.url],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert f"{job.id} has made ft:smollm2-135m-instruct:local::" in done.stdout
