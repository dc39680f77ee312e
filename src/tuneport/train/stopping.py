"""How a run is asked to stop."""

from __future__ import annotations

from collections.abc import Callable


class Stopped(Exception):
    """The run was asked to stop and did, between two micro-batches."""


def raise_if_stopping(is_stopping: Callable[[], bool]) -> None:
    if is_stopping():
        raise Stopped
