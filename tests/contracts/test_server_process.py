"""The server as a process: what survives, what is refused, how it leaves."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import openai
import psutil
import pytest

from server_process import PATIENCE_SECONDS, ServerProcess, chat_rows, messages, wait_for_job

MODEL = "smollm2-135m-instruct"


def create_job(client: openai.OpenAI):
    file = client.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    return client.fine_tuning.jobs.create(model=MODEL, training_file=file.id)


def wait_for_message(client: openai.OpenAI, job_id: str, start: str) -> None:
    wait_until(lambda: any(message.startswith(start) for message in messages(client, job_id)))


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ask_to_hang(server: ServerProcess) -> Path:
    """Training stops in the middle for as long as this file is there."""
    hang = server.home / "runs" / "hang"
    hang.parent.mkdir(exist_ok=True)
    hang.touch()
    return hang


def training_processes(home: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if is_training(process, home)]


def is_training(process: psutil.Process, home: Path) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return any(word.endswith("fake_train.py") for word in words) and any(str(home) in word for word in words)


def run_server(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tuneport.api", *options]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment
    )


def test_killed_server_goes_on_with_running_and_queued_jobs(start_server):
    first = start_server("hangs-if-asked")
    hang = ask_to_hang(first)
    running = create_job(first.client())
    queued = create_job(first.client())
    wait_for_message(first.client(), running.id, "Step 85/100")
    first.stop(signal.SIGKILL)
    hang.unlink()

    client = start_server("hangs-if-asked").client()
    ended = [wait_for_job(client, job.id, "succeeded") for job in (running, queued)]

    told = messages(client, running.id)
    assert [text.split("/")[0] for text in told if text.startswith("Step ")] == [f"Step {n}" for n in range(1, 101)]
    assert ended[0].finished_at <= ended[1].finished_at
    assert client.models.retrieve(ended[1].fine_tuned_model).id == ended[1].fine_tuned_model


def test_training_process_of_a_killed_server_is_ended_by_the_next(start_server):
    first = start_server("hangs-if-asked")
    hang = ask_to_hang(first)
    job = create_job(first.client())
    wait_for_message(first.client(), job.id, "Step 85/100")
    (orphan,) = training_processes(first.home)
    first.stop(signal.SIGKILL)
    hang.unlink()

    client = start_server("hangs-if-asked").client()
    wait_for_job(client, job.id, "succeeded")

    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_stopped_server_ends_the_training_and_the_next_goes_on(start_server):
    first = start_server("hangs")
    job = create_job(first.client())
    wait_for_message(first.client(), job.id, "Step 85/100")

    assert first.stop(signal.SIGTERM) == 0

    assert training_processes(first.home) == []
    assert not (first.home / "server.json").exists()
    assert wait_for_job(start_server("good").client(), job.id, "succeeded").error is None


def test_two_jobs_train_in_order(start_server):
    server = start_server("hangs")
    client = server.client()
    first, second = create_job(client), create_job(client)
    wait_for_message(client, first.id, "Step 85/100")
    wait_for_job(client, second.id, "queued")

    position = httpx.get(f"{server.url}/v1/tuneport/jobs/{second.id}/progress").json()["queue_position"]
    client.fine_tuning.jobs.cancel(first.id)
    wait_for_message(client, second.id, "Fine-tuning job started")

    assert position == 1
    assert client.fine_tuning.jobs.retrieve(second.id).status == "running"


def test_cancelled_job_ends_its_process_and_the_rest_of_its_files(start_server):
    server = start_server("hangs")
    client = server.client()
    job = create_job(client)
    wait_for_message(client, job.id, "Step 85/100")

    cancelled = client.fine_tuning.jobs.cancel(job.id)
    wait_for_message(client, job.id, "Training process ended; what it had not finished was removed")

    assert cancelled.status == "cancelled"
    assert training_processes(server.home) == []
    assert os.listdir(server.home / "runs" / job.id / "checkpoints") == ["000080"]


def test_second_server_on_one_home_is_refused_with_the_address_of_the_first(server: ServerProcess):
    second = run_server("--home", str(server.home), "--port", "0")

    assert second.returncode == 1
    assert server.url in second.stderr
    assert "Traceback" not in second.stderr


def test_taken_port_is_refused(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run_server("--home", str(tmp_path), "--port", str(port))

    assert answer.returncode == 1
    assert f"127.0.0.1:{port} is taken by another program" in answer.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_open_address_without_a_key_is_refused(tmp_path: Path, host: str):
    answer = run_server("--home", str(tmp_path), "--host", host, "--port", "0", TUNEPORT_API_KEY="")

    assert answer.returncode == 1
    assert "TUNEPORT_API_KEY" in answer.stderr


def test_key_is_asked_for_where_one_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TUNEPORT_API_KEY", "s3cret")
    server = ServerProcess(tmp_path)

    answers = {
        name: httpx.get(f"{server.url}/v1/models", headers=headers).status_code
        for name, headers in {
            "none": {},
            "wrong": {"authorization": "Bearer secret"},
            "bearer": {"authorization": "Bearer s3cret"},
            "azure": {"api-key": "s3cret"},
        }.items()
    }

    assert answers == {"none": 401, "wrong": 401, "bearer": 200, "azure": 200}
    assert httpx.get(f"{server.url}/health").status_code == 200
    assert server.stop() == 0


def test_server_that_nobody_leases_any_more_leaves(tmp_path: Path):
    (tmp_path / "leases").mkdir()
    holder = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (tmp_path / "leases" / str(holder.pid)).touch()
    server = ServerProcess(tmp_path, options=("--until-unused",))
    dead_lease = tmp_path / "leases" / "nobody"
    # It clears dead leases away each time it looks; the third time, it has stayed after a look.
    for _ in range(3):
        dead_lease.touch()
        wait_until(lambda: not dead_lease.exists())
    is_there_while_leased = server.process.poll() is None

    holder.communicate(b"\n")

    assert is_there_while_leased
    assert server.process.wait(PATIENCE_SECONDS) == 0


def test_second_signal_ends_the_server_at_once(start_server):
    server = start_server("hangs")
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as slow:
        # A request that never ends keeps the server from leaving in order.
        slow.sendall(b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n")
        slow.sendall(b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n\r\n")
        assert b"100 Continue" in slow.recv(1000)
        server.process.send_signal(signal.SIGINT)
        wait_until(lambda: "leaving" in server.log_file.read_text())

        status = server.stop(signal.SIGINT)

    assert status == 128 + signal.SIGINT


def test_headers_without_end_are_refused_before_they_fill_the_memory(server: ServerProcess):
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as endless:
        endless.settimeout(30)
        endless.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 2**17)

        assert endless.recv(12) == b"HTTP/1.1 400"
