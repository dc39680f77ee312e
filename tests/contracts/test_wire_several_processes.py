"""A server whose jobs are trained by two processes together."""

import signal

import psutil
import pytest

from server_process import ServerProcess, chat_rows, wait_for_job
from tiny_model import write_tiny_model
from tuneport.catalog import pull
from tuneport.config import RunFolder, Settings

SECONDS = 240


@pytest.fixture
def home(tmp_path, tmp_path_factory):
    home = tmp_path / "home"
    model = write_tiny_model(tmp_path_factory.mktemp("model"), context_tokens=512)
    pull(str(model), Settings(home=home), name="tiny", on_progress=lambda progress: None)
    (home / "settings.toml").write_text("training_processes = 2\n")
    return home


def start_job(client, **training):
    file = client.files.create(file=("rows.jsonl", chat_rows(40)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(
        model="tiny",
        training_file=file.id,
        hyperparameters={"n_epochs": 2, "batch_size": 8},
        seed=1,
        extra_body={"tuneport": {"training": training}} if training else None,
    )


def workers(home, job_id):
    """Give the processes that train the job, without what started them."""
    run = str(home / "runs" / job_id)
    found = [process for process in psutil.process_iter(["cmdline"]) if run in (process.info["cmdline"] or ())]
    return [process for process in found if "torch.distributed.run" not in process.info["cmdline"]]


def wait_for_workers(client, home, job_id):
    wait_for_job(client, job_id, "running", seconds=SECONDS)
    for _ in range(SECONDS * 10):
        found = workers(home, job_id)
        if len(found) == 2:
            return found
        psutil.wait_procs([], timeout=0.1)
    raise AssertionError("there are no two workers")


@pytest.mark.parametrize("training", [{}, {"shard": True}], ids=["data parallel", "divided model"])
def test_a_job_is_trained_by_two_processes(home, training):
    server = ServerProcess(home)
    try:
        client = server.client()
        job = start_job(client, **training)
        found = wait_for_workers(client, home, job.id)
        ended = wait_for_job(client, job.id, "succeeded", "failed", seconds=SECONDS)
    finally:
        server.stop()

    assert ended.status == "succeeded", ended.error
    assert len({process.pid for process in found}) == 2
    assert RunFolder(home / "runs" / job.id).read_result().steps == 10


def test_no_worker_outlives_a_server_that_is_killed_and_the_next_one_goes_on(home):
    server = ServerProcess(home)
    client = server.client()
    job = start_job(client)
    found = wait_for_workers(client, home, job.id)
    server.stop(signal.SIGKILL)

    _, alive = psutil.wait_procs(found, timeout=60)
    server = ServerProcess(home)
    try:
        ended = wait_for_job(server.client(), job.id, "succeeded", "failed", seconds=SECONDS)
    finally:
        server.stop()

    assert alive == []
    assert ended.status == "succeeded", ended.error
