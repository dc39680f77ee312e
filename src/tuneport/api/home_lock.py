"""One server per home folder, where it can be reached, and the key of those who may read the folder."""

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
    """Say where the server is for as long as it listens, and whether it stays when no command needs it."""
    record = {"pid": os.getpid(), "url": url, "stays": not settings.until_unused}
    write_atomic(settings.server_record, json.dumps(record).encode())
    try:
        yield
    finally:
        settings.server_record.unlink(missing_ok=True)


@contextmanager
def owner_key_file(settings: Settings, key: str) -> Iterator[None]:
    """Let commands on this home folder ask for everything, for as long as the server runs."""
    # Removed first: a file keeps the rights that it was made with.
    settings.owner_key.unlink(missing_ok=True)
    with os.fdopen(os.open(settings.owner_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    try:
        yield
    finally:
        settings.owner_key.unlink(missing_ok=True)


def _its_address(settings: Settings) -> str:
    try:
        record = json.loads(settings.server_record.read_bytes())
        return f", at {record['url']} (process {record['pid']})"
    except (OSError, ValueError, KeyError):
        return ""
