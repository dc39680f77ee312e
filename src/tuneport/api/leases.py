"""A server that a command started leaves when no command needs it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psutil

LOOK_EVERY_SECONDS = 1.0
FIRST_LEASE_SECONDS = 30.0
"""A server that nobody leases in its first seconds was started in vain."""


def has_lease(folder: Path) -> bool:
    """Say whether a living command holds a lease; those of commands that died are removed."""
    if not folder.exists():
        return False
    living = [lease for lease in folder.iterdir() if _is_living(lease)]
    return bool(living)


def watch_leases(folder: Path, stopping: threading.Event, on_unused: Callable[[], None]) -> None:
    """Call `on_unused` once no lease is left, looking until `stopping` is set."""
    waited = 0.0
    was_leased = has_lease(folder)
    while not stopping.wait(LOOK_EVERY_SECONDS):
        if has_lease(folder):
            was_leased = True
            continue
        waited += LOOK_EVERY_SECONDS
        if was_leased or waited >= FIRST_LEASE_SECONDS:
            on_unused()
            return


def _is_living(lease: Path) -> bool:
    if lease.name.isdigit() and psutil.pid_exists(int(lease.name)):
        return True
    lease.unlink(missing_ok=True)
    return False
