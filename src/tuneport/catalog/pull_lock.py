"""One pull at a time: whoever comes second waits."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tuneport.catalog.progress import OnProgress, PullProgress

RETRY_SECONDS = 0.2


@contextmanager
def pull_lock(path: Path, on_progress: OnProgress) -> Iterator[None]:
    """Hold the file `path` locked; the lock falls with the process, so a killed pull leaves none behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        while not _try_lock(file):
            on_progress(PullProgress("waiting", 0, None))
            time.sleep(RETRY_SECONDS)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
