"""A real server process for a test, with real training or with a training program that pretends.

Run as a program it is that server: `server_process.py HOME PORT ENDING`, with the endings of fake_train.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, TypeVar

import openai
import psutil

C = TypeVar("C", bound=openai.OpenAI)
FAKE_TRAIN = Path(__file__).with_name("fake_train.py")
PATIENCE_SECONDS = 60


class ServerProcess:
    def __init__(self, home: Path, *, fake_training: str | None = None, options: tuple[str, ...] = ()) -> None:
        """Start it. `fake_training`: how the pretended training ends; `None` trains in earnest."""
        self.home = home
        self._record = home / "server.json"
        self._clients: list[openai.OpenAI] = []
        if fake_training is None:
            command = [sys.executable, "-m", "tuneport.api", "--home", str(home), "--port", "0", *options]
        else:
            command = [sys.executable, __file__, str(home), "0", fake_training]
        home.mkdir(parents=True, exist_ok=True)
        self.log_file = home / "server.log"
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.url = self._wait_for_url()

    def client(self, *, strict: bool = True, prefix: str = "/v1", **options: Any) -> openai.OpenAI:
        """Give a client that is closed when the server is stopped. `strict`: for what OpenAI's own types describe."""
        options = {"api_key": "none", "max_retries": 0, "_strict_response_validation": strict} | options
        return self._keep(openai.OpenAI(base_url=f"{self.url}{prefix}", **options))

    def azure_client(self, *, strict: bool = False) -> openai.AzureOpenAI:
        """Give the client for Azure's words. `strict`: not for jobs that run, whose words OpenAI's lists lack."""
        client = openai.AzureOpenAI(
            azure_endpoint=self.url,
            api_key="none",
            api_version="2024-10-21",
            max_retries=0,
            _strict_response_validation=strict,
        )
        return self._keep(client)

    def engine(self, model: str = "tiny") -> psutil.Process:
        """Give the process that answers as this base model."""
        folder = str(self.home / "models" / model)
        (engine,) = (child for child in psutil.Process(self.process.pid).children() if folder in child.cmdline())
        return engine

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal, unless it has ended, and give the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_SECONDS)
        for client in self._clients:
            client.close()
        return status

    def _keep(self, client: C) -> C:
        self._clients.append(client)
        return client

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._record.exists():
                record = json.loads(self._record.read_bytes())
                # A server that was killed leaves its record.
                if record["pid"] == self.process.pid:
                    return str(record["url"])
            time.sleep(0.02)
        raise AssertionError(self.log_file.read_text())


def pretend_pulled(home: Path, name: str = "smollm2-135m-instruct") -> None:
    """Make a home folder believe that it has this base model: enough where no one loads it."""
    from tuneport.catalog import find_model, model_folder
    from tuneport.config import Settings

    settings = Settings(home=home)
    model = find_model(name, settings)
    folder = model_folder(model, settings)
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps(model.to_json()))


def chat_rows(n_rows: int) -> bytes:
    """Give a small training file of chat rows."""
    rows = [
        {"messages": [{"role": "user", "content": f"Say {n}."}, {"role": "assistant", "content": f"{n}!"}]}
        for n in range(n_rows)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def wait_for_job(client: openai.OpenAI, job_id: str, *statuses: str, seconds: float = PATIENCE_SECONDS):
    """Give the job once it has one of these statuses."""
    deadline = time.monotonic() + seconds
    while True:
        job = client.fine_tuning.jobs.retrieve(job_id)
        if job.status in statuses:
            return job
        assert time.monotonic() < deadline, f"{job} {messages(client, job_id)[-5:]}"
        time.sleep(0.05)


def messages(client: openai.OpenAI, job_id: str) -> list[str]:
    """Give what the job has told, oldest first."""
    return [event.message for event in client.fine_tuning.jobs.list_events(job_id, limit=1000)][::-1]


def _main(home: str, port: str, ending: str) -> int:
    from tuneport.api import serve
    from tuneport.config import Settings
    from tuneport.jobs import LocalRunner

    os.environ.pop("TUNEPORT_API_KEY", None)
    runner = LocalRunner((sys.executable, str(FAKE_TRAIN), ending))
    return serve(Settings(home=Path(home), port=int(port)), runner=runner)


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
