"""Work that is done again and again, at a distance."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)


class Periodic:
    def __init__(self, name: str, tasks: Sequence[Callable[[], None]], *, every_seconds: float) -> None:
        """What goes wrong in a task is logged, and tried again the next time."""
        self._tasks = tasks
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask it to stop, and come back when it has."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            for task in self._tasks:
                self._do(task)
            self._stopping.wait(self._every_seconds)

    def _do(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception:
            log.exception("%s", self._thread.name)
