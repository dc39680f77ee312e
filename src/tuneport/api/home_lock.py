"""One server per home folder, and where it can be reached."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tuneport.config import Settings
from tuneport.core import Conflict, write_atomic


@contextmanager
def home_lock(settings: Settings) -> Iterator[None]:
    """Hold the home folder. Raises `Conflict` with the other server's address where one holds it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with settings.server_lock.open("a") as file:
        try:
            # The system lets go of it when this process ends, in whatever way.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"{settings.home}: another server runs on this home folder{_its_address(settings)}. "
                "Use that one, stop it first, or choose another folder with --home.",
                code="home_in_use",
            ) from error
        yield


@contextmanager
def server_record(settings: Settings, url: str) -> Iterator[None]:
    """Say where the server is for as long as it listens."""
    write_atomic(settings.server_record, json.dumps({"pid": os.getpid(), "url": url}).encode())
    try:
        yield
    finally:
        settings.server_record.unlink(missing_ok=True)


def _its_address(settings: Settings) -> str:
    try:
        record = json.loads(settings.server_record.read_bytes())
        return f", at {record['url']} (process {record['pid']})"
    except (OSError, ValueError, KeyError):
        return ""
