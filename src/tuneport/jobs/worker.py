"""A thread that does one piece of work after another, and waits to be woken when there is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from tuneport.core import StorageFull

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class Worker:
    def __init__(self, name: str, work: Callable[[threading.Event], bool]) -> None:
        """`work` does the next piece and says whether there was one; it is given the event that asks it to stop."""
        self._work = work
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._is_short_of_space = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """Ask it to stop, and come back when it has."""
        self._stopping.set()
        self._woken.set()
        self._thread.join()

    def _wait_for_space(self, error: StorageFull) -> None:
        """Said once, not at each look: the log is on the same disk."""
        if not self._is_short_of_space:
            log.warning("%s: %s Looking again every %s s.", self._thread.name, error.message, RETRY_SECONDS)
        self._is_short_of_space = True
        self._stopping.wait(RETRY_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                worked = self._work(self._stopping)
            except StorageFull as error:
                self._wait_for_space(error)
                continue
            except Exception:
                # The work is still there, and the thread must be, too.
                log.exception("%s: trying again in %s s", self._thread.name, RETRY_SECONDS)
                self._stopping.wait(RETRY_SECONDS)
                continue
            self._is_short_of_space = False
            if not worked and not self._stopping.is_set():
                self._woken.wait()
