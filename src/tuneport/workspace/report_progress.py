"""How far a report on a data file is: what each of its parts has read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

TOLD_EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class ReportProgress:
    part: str
    """What reads: "check", "statistics" (which the estimate goes by), "quality" or "traffic"."""
    bytes_read: int
    bytes: int
    """Of all that the part reads."""


OnProgress = Callable[[ReportProgress], None]


class PartReading:
    """Counts what a part reads, and tells of it: at first, about twice a second, and at the last byte."""

    def __init__(
        self, part: str, n_bytes: int, on_progress: OnProgress, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._part = part
        self._n_bytes = n_bytes
        self._on_progress = on_progress
        self._seconds = seconds
        self._bytes_read = 0
        self._told_at = -math.inf

    def add(self, n_bytes: int) -> None:
        self._bytes_read += n_bytes
        now = self._seconds()
        if self._bytes_read == self._n_bytes or now - self._told_at >= TOLD_EVERY_SECONDS:
            self._told_at = now
            self._on_progress(ReportProgress(self._part, self._bytes_read, self._n_bytes))
