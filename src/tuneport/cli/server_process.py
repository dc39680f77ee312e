"""The server of this home folder: found if it runs, started if not, and held while a command needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tuneport.cli.client import Client
from tuneport.config import Settings
from tuneport.core import ServerUnreachable

START_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.05
_MAX_STARTS = 4
"""A server that is just leaving still holds the home; the next one then gives way to nobody."""
_LOG_LINES_SHOWN = 5


@dataclass(frozen=True)
class _Record:
    """What a server says of itself in the home folder."""

    pid: int
    url: str
    stays: bool


@contextmanager
def lease_server(settings: Settings, *, server_command: Sequence[str] | None = None) -> Iterator[str]:
    """Give the address of a server on `settings.home`, which stays at least as long as the context is open.

    `server_command` is what to run where none answers. Raises `ServerUnreachable` if none comes up.
    """
    settings.leases.mkdir(parents=True, exist_ok=True)
    lease = settings.leases / str(os.getpid())
    # The lease comes first: a server that is about to leave must see it before we decide to use that server.
    lease.touch()
    try:
        yield find_server(settings) or _start_server(settings, server_command or _own_command(settings))
    finally:
        lease.unlink(missing_ok=True)


def server_log(settings: Settings) -> Path:
    return settings.logs / "server.log"


def find_server(settings: Settings) -> str | None:
    """Give the address of the server that runs on this home, `None` if none answers."""
    record = _read_record(settings)
    if record is None or not psutil.pid_exists(record.pid):
        return None
    url = record.url
    client = Client(url, log_file=server_log(settings))
    try:
        # A server that leaves takes its record away first, and answers for a moment longer.
        return url if client.is_healthy() and settings.server_record.exists() else None
    finally:
        client.close()


def server_stays(settings: Settings) -> bool:
    """Say whether the server that runs on this home goes on without commands that need it."""
    record = _read_record(settings)
    return record is not None and record.stays


def _read_record(settings: Settings) -> _Record | None:
    try:
        record = json.loads(settings.server_record.read_bytes())
        return _Record(int(record["pid"]), str(record["url"]), bool(record.get("stays")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _own_command(settings: Settings) -> list[str]:
    return [sys.executable, "-m", "tuneport.api", "--home", str(settings.home), "--port", "0", "--until-unused"]


def _start_server(settings: Settings, command: Sequence[str]) -> str:
    """Start one and wait for its record.

    Of two commands that start a server at once one server gives way, and its command uses the other's.
    """
    deadline = time.monotonic() + START_SECONDS
    for _ in range(_MAX_STARTS):
        process = _spawn(settings, command)
        while process.poll() is None and time.monotonic() < deadline:
            if (url := find_server(settings)) is not None:
                return url
            time.sleep(_LOOK_EVERY_SECONDS)
        if (url := _wait_for_other(settings)) is not None:
            return url
    raise ServerUnreachable(_start_failure(settings, process))


def _wait_for_other(settings: Settings, *, seconds: float = 2.0) -> str | None:
    """Our server has ended: give the address of the one that it gave way to, or `None` if there is none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (url := find_server(settings)) is not None:
            return url
        time.sleep(_LOOK_EVERY_SECONDS)
    return None


def _spawn(settings: Settings, command: Sequence[str]) -> subprocess.Popen[bytes]:
    settings.logs.mkdir(parents=True, exist_ok=True)
    with server_log(settings).open("ab") as log:
        # In its own process session, Ctrl-C in this terminal reaches the command alone, which then cancels its job.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    # Somebody must wait for it: a server that has ended would look alive until then.
    threading.Thread(target=process.wait, daemon=True).start()
    return process


def _start_failure(settings: Settings, process: subprocess.Popen[bytes]) -> str:
    log = server_log(settings)
    last_lines = " / ".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:])
    how = f"ended with status {process.returncode}" if process.returncode is not None else "does not answer"
    return f"The server for {settings.home} could not be started: it {how}. The last lines of {log}: {last_lines}"
