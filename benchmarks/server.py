"""A server process for a benchmark, on a home folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tuneport.config import Settings


@contextmanager
def empty_home() -> Iterator[Path]:
    """Give a home folder that has the models of the user's, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        give_models(Path(folder))
        yield Path(folder)


def give_models(home: Path) -> None:
    """Let `home` have the models of the user's."""
    (home / "models").symlink_to(Settings().models)


@contextmanager
def running_server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Give address and process of a server on `home`, from when it answers."""
    command = [sys.executable, "-m", "tuneport.api", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        record = home / "server.json"
        while not record.exists():
            time.sleep(0.05)
        yield json.loads(record.read_bytes())["url"].rstrip("/"), psutil.Process(server.pid)
        server.terminate()
