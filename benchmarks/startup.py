"""How long a command and the server take to be there, beside what Python and torch alone take."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPEATS = 5


def main() -> None:
    python = _best(lambda: _run("-c", "pass"))
    rows = {
        "`python -c pass`": python,
        "`tuneport --help`": _best(lambda: _run("-m", "tuneport.cli", "--help")),
        "`tuneport serve`, until it answers": _best(_start_server),
        "`python -c 'import torch'`": _best(lambda: _run("-c", "import torch")),
    }
    print(f"| command | seconds, best of {REPEATS} | times `python -c pass` |\n|---|---|---|")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.2f} | {seconds / python:.1f} |")


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(REPEATS))


def _run(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _start_server() -> float:
    """Seconds from the start of the process until the record says that it listens."""
    with tempfile.TemporaryDirectory() as home:
        record = Path(home) / "server.json"
        started = time.perf_counter()
        command = [sys.executable, "-m", "tuneport.api", "--home", home, "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            while not record.exists() or not json.loads(record.read_text() or "{}"):
                time.sleep(0.005)
            seconds = time.perf_counter() - started
            server.terminate()
        return seconds
