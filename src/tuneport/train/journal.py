"""What a run says of itself while it runs: metrics and events, in the run folder."""

from __future__ import annotations

import time
from typing import Literal

from tuneport.config import RunEvent, RunEventKind, RunFolder, StepMetrics
from tuneport.core import JsonLinesWriter

LINES_NAMED = 20


class Journal:
    def __init__(self, folder: RunFolder) -> None:
        self._metrics = JsonLinesWriter(folder.metrics_file)
        self._events = JsonLinesWriter(folder.events_file)
        self._told = {event.message for event in folder.read_events()[0]}

    def step(self, metrics: StepMetrics) -> None:
        self._metrics.write(metrics.model_dump())

    def event(
        self,
        kind: RunEventKind,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        step: int | None = None,
        data: dict[str, int] | None = None,
    ) -> None:
        record = RunEvent(kind=kind, at=time.time(), message=message, code=code, param=param, step=step, data=data)
        self._events.write(record.model_dump())

    def note_once(self, message: str) -> None:
        self._tell_once("noted", message)

    def warn_once(self, message: str) -> None:
        self._tell_once("warned", message)

    def _tell_once(self, kind: Literal["noted", "warned"], message: str) -> None:
        """Tell the user, unless an earlier attempt has said the same: a resumed run takes some steps again."""
        if message not in self._told:
            self._told.add(message)
            self.event(kind, message)

    def sync(self) -> None:
        """Make what was written so far survive a power cut."""
        self._metrics.sync()
        self._events.sync()

    def close(self) -> None:
        self._metrics.close()
        self._events.close()

    def warn_of_lines(self, lines: list[int], what: str) -> None:
        """Warn of rows on these lines, naming the first ones; silent for none."""
        if not lines:
            return
        named = ", ".join(str(line) for line in lines[:LINES_NAMED])
        more = f" and {len(lines) - LINES_NAMED} more" if len(lines) > LINES_NAMED else ""
        self.event("warned", f"{len(lines)} {what}: line {named}{more}")
