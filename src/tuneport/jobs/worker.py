"""A thread that does one piece of work after another, and waits to be woken when there is none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from tuneport.core import StorageFull

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
Result = TypeVar("Result")


def keep_trying(work: Callable[[], Result], stopping: threading.Event) -> Result | None:
    """Give what `work` gives, done again where it fails, as on a full disk; `None` once `stopping` is set."""
    name = threading.current_thread().name
    is_short_of_space = False
    while not stopping.is_set():
        try:
            return work()
        except StorageFull as error:
            # Said once, not at each look: the log is on the same disk.
            if not is_short_of_space:
                log.warning("%s: %s Looking again every %s s.", name, error.message, RETRY_SECONDS)
            is_short_of_space = True
        except Exception:
            # The work is still there, and the thread must be, too.
            log.exception("%s: trying again in %s s", name, RETRY_SECONDS)
        stopping.wait(RETRY_SECONDS)
    return None


class Worker:
    def __init__(self, name: str, work: Callable[[threading.Event], bool]) -> None:
        """`work` does the next piece and says whether there was one; it is given the event that asks it to stop."""
        self._work = work
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self._woken.set()

    def stop(self) -> None:
        """Ask it to stop, and come back when it has."""
        self.ask_to_stop()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            worked = keep_trying(self._look, self._stopping)
            if not worked and not self._stopping.is_set():
                self._woken.wait()

    def _look(self) -> bool:
        self._woken.clear()
        return self._work(self._stopping)
