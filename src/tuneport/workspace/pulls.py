"""Pulls of base models that a request follows while they happen."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from tuneport.catalog import PATH_STARTS, BaseModel, PullProgress, pull
from tuneport.config import LOOPBACK_HOSTS, Settings
from tuneport.core import InvalidRequest


class _NobodyFollows(Exception):
    """Ends a pull whose request is gone; what was downloaded stays for the next."""


def follow_pull(source: str, settings: Settings, *, name: str | None = None) -> Iterator[PullProgress | BaseModel]:
    """Pull the model, giving progress and at last its record. Raises as `catalog.pull` does."""
    _refuse_foreign_folder(source, settings)
    reports: queue.SimpleQueue[PullProgress | BaseModel | Exception] = queue.SimpleQueue()
    is_followed = threading.Event()
    is_followed.set()

    def report(progress: PullProgress) -> None:
        if not is_followed.is_set():
            raise _NobodyFollows
        reports.put(progress)

    def work() -> None:
        try:
            reports.put(pull(source, settings, name=name, on_progress=report))
        except Exception as error:
            reports.put(error)

    threading.Thread(target=work, name="model pull", daemon=True).start()
    try:
        yield from _until_record(reports)
    finally:
        is_followed.clear()


def _until_record(
    reports: queue.SimpleQueue[PullProgress | BaseModel | Exception],
) -> Iterator[PullProgress | BaseModel]:
    while True:
        report = reports.get()
        if isinstance(report, Exception):
            raise report
        yield report
        if isinstance(report, BaseModel):
            return


def _refuse_foreign_folder(source: str, settings: Settings) -> None:
    """A path from another machine's request must not reach this file system."""
    if source.startswith(PATH_STARTS) and settings.host not in LOOPBACK_HOSTS:
        raise InvalidRequest(
            f"'source' is the folder {source!r}; folders are read only where the server listens on this machine alone. "
            "Use a name of the catalog or hf:ORGANISATION/NAME.",
            code="folder_source_refused",
            param="source",
        )
