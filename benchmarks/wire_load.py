"""`python -m benchmarks wire`: a server with 50,000 jobs and a million events answers while a job trains.

Requests come from a second process. Also: the server's memory, there and while 2 GB are uploaded.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import openai
import psutil
from sqlalchemy import insert

from benchmarks.server import empty_home, running_server
from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.store import JobEventRow, JobRow, open_database

N_JOBS = 50_000
EVENTS_PER_JOB = 20
JOBS_AT_ONCE = 2_000
SECONDS = 20.0
CONNECTIONS = 8
RECEIVED_BYTES = 2**18
UPLOAD_BYTES = 2 * 2**30
PART = b"x" * 64 * 2**20
ROWS = Path(__file__).parents[1] / "examples/smart-home/train.jsonl"


def main() -> None:
    with empty_home() as home:
        _fill(home)
        print("| while | requests per second | server memory, MB |\n|---|---|---|")
        with running_server(home) as (url, process):
            with _PeakMemory(process) as idle:
                rate = _asked_rate(url)
            print(f"| nothing else | {rate:.0f} | {idle.megabytes:.0f} |", flush=True)
            client = openai.OpenAI(base_url=f"{url}/v1", api_key="none")
            with ROWS.open("rb") as rows:
                file = client.files.create(file=rows, purpose="fine-tune")
            job = client.fine_tuning.jobs.create(model=Settings().default_model, training_file=file.id)
            _wait_for_a_step(url, job.id)
            with _PeakMemory(process) as training:
                rate = _asked_rate(url)
            print(f"| a job trains | {rate:.0f} | {training.megabytes:.0f} |", flush=True)
            client.fine_tuning.jobs.cancel(job.id)
            with _PeakMemory(process) as uploading:
                seconds = _upload(client)
            speed = UPLOAD_BYTES / seconds / 1e6
            print(f"| 2 GB are uploaded, {speed:.0f} MB/s | - | {uploading.megabytes:.0f} |", flush=True)


def _fill(home: Path) -> None:
    database = open_database(Settings(home=home).database)
    for first in range(0, N_JOBS, JOBS_AT_ONCE):
        numbers = range(first, first + JOBS_AT_ONCE)
        with database.write() as session:
            session.execute(insert(JobRow), [_job(number) for number in numbers])
            session.execute(insert(JobEventRow), [event for number in numbers for event in _events(number)])
    database.close()


def _job(number: int) -> dict[str, object]:
    return {
        "id": _job_id(number),
        "project_id": DEFAULT_PROJECT,
        "created_at": number,
        "finished_at": number + 60,
        "status": "succeeded",
        "base_model": "smollm2-135m-instruct",
        "lineage": [],
        "tuning": {},
        "method": "supervised",
        "training_file": "file-a",
        "seed": 1,
        "hyperparameters": {"n_epochs": 3, "batch_size": 16, "learning_rate_multiplier": 1.0},
        "reasons": {},
        "labels": {"team": f"team-{number % 100}"},
        "tuned_model": f"ft:smollm2-135m-instruct:local::{number:08d}",
    }


def _events(number: int) -> Iterator[dict[str, object]]:
    for step in range(EVENTS_PER_JOB):
        yield {
            "id": f"ftevent-{number:08d}-{step}",
            "job_id": _job_id(number),
            "created_at": number + step,
            "level": "info",
            "type": "metrics",
            "message": f"Step {step + 1}/{EVENTS_PER_JOB}: training loss=0.50",
            "data": {"step": step + 1, "train_loss": 0.5},
        }


def _job_id(number: int) -> str:
    return f"ftjob-{number:024d}"


class _PeakMemory:
    """The greatest resident memory of a process while the context is open."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._is_done = threading.Event()
        self.megabytes = 0.0

    def __enter__(self) -> _PeakMemory:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_done.wait(0.05):
            self.megabytes = max(self.megabytes, self._process.memory_info().rss / 1e6)


def _asked_rate(url: str) -> float:
    """Give the requests that a second process had answered, per second."""
    command = [sys.executable, "-m", "benchmarks.wire_load", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _ask_for_seconds(url: str) -> None:
    """Retrieve jobs, and list jobs and events, each connection one after the other; print the answers a second.

    One thread that reads no more of an answer than it must: what it takes of the two cores, the server lacks.
    """
    host, port = urlsplit(url).netloc.split(":")
    draw = random.Random(1)
    n_answers = 0
    with selectors.DefaultSelector() as selector, ExitStack() as connections:
        for _ in range(CONNECTIONS):
            connection = connections.enter_context(socket.create_connection((host, int(port))))
            selector.register(connection, selectors.EVENT_READ, bytearray())
            connection.sendall(_request(draw))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for key, _ in selector.select():
                connection, answer = cast(socket.socket, key.fileobj), key.data
                answer += connection.recv(RECEIVED_BYTES)
                if _is_whole(answer):
                    answer.clear()
                    n_answers += 1
                    connection.sendall(_request(draw))
    print(n_answers / SECONDS)


def _request(draw: random.Random) -> bytes:
    job_id = _job_id(draw.randrange(N_JOBS))
    path = draw.choice([f"/{job_id}", f"?limit=20&after={job_id}", f"/{job_id}/events?limit=20"])
    return f"GET /v1/fine_tuning/jobs{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    assert not found or head.startswith(b"HTTP/1.1 200 "), answer
    length = re.search(rb"content-length: (\d+)", head)
    return bool(found) and length is not None and len(body) == int(length[1])


def _wait_for_a_step(url: str, job_id: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    while True:
        connection.request("GET", f"/v1/tuneport/jobs/{job_id}/progress")
        if json.loads(connection.getresponse().read()).get("step"):
            return
        time.sleep(0.5)


def _upload(client: openai.OpenAI) -> float:
    """Give the seconds that 2 GB take in parts, the joining of the file included."""
    started = time.monotonic()
    upload = client.uploads.create(
        bytes=UPLOAD_BYTES, filename="large.jsonl", mime_type="application/jsonl", purpose="fine-tune"
    )
    parts = [client.uploads.parts.create(upload.id, data=PART).id for _ in range(UPLOAD_BYTES // len(PART))]
    client.uploads.complete(upload.id, part_ids=parts)
    return time.monotonic() - started


if __name__ == "__main__":
    _ask_for_seconds(sys.argv[1])
