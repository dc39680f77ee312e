"""What a run says of itself while it runs: metrics and events, in the run folder."""

from __future__ import annotations

import time
from typing import Literal

from tuneport.config import RunEvent, RunFolder, StepMetrics
from tuneport.core import JsonLinesWriter

LINES_NAMED = 20


class Journal:
    def __init__(self, folder: RunFolder) -> None:
        self._metrics = JsonLinesWriter(folder.metrics_file)
        self._events = JsonLinesWriter(folder.events_file)
        self.last_step: StepMetrics | None = None

    def step(self, metrics: StepMetrics) -> None:
        self.last_step = metrics
        self._metrics.write(metrics.model_dump())

    def event(
        self,
        kind: Literal["started", "checkpoint_saved", "warned", "failed", "finished"],
        message: str,
        *,
        code: str | None = None,
        step: int | None = None,
    ) -> None:
        record = RunEvent(kind=kind, at=time.time(), message=message, code=code, step=step)
        self._events.write(record.model_dump())

    def close(self) -> None:
        self._metrics.close()
        self._events.close()

    def warn_of_lines(self, lines: list[int], n_rows: int, what: str) -> None:
        """Warn that `n_rows` rows are `what`, naming the first lines; silent for none."""
        if n_rows == 0:
            return
        named = ", ".join(str(line) for line in lines[:LINES_NAMED])
        more = f" and {n_rows - LINES_NAMED} more" if n_rows > LINES_NAMED else ""
        self.event("warned", f"{n_rows} row(s) {what}: line {named}{more}")
