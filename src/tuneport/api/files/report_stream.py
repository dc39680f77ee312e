"""A report on a file as server-sent events, while it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from fastapi.concurrency import run_in_threadpool

from tuneport.api.errors import stream_error_body
from tuneport.api.server_events import server_event
from tuneport.workspace import OnProgress, ReportProgress

_Report = dict[str, Any]


class _NobodyListens(Exception):
    """Ends a report whose request is gone."""


class ReportStream:
    """A report that a thread makes from now on. `make` is told where to say how far it is."""

    def __init__(self, make: Callable[[OnProgress], _Report]) -> None:
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[ReportProgress | _Report | Exception] = asyncio.Queue()
        self._is_heard = True
        self._work = asyncio.create_task(self._tell_all(make))

    async def begun(self) -> AsyncIterator[bytes]:
        """Give the events, the first made by now: what fails before it is raised, and has a status of its own."""
        first = await self._told.get()
        if isinstance(first, Exception):
            raise first
        return self._events(first)

    async def stop(self) -> None:
        """End the work where it next tells how far it is, and wait until it has ended."""
        self._is_heard = False
        await asyncio.wait({self._work})

    async def _events(self, told: ReportProgress | _Report | Exception) -> AsyncIterator[bytes]:
        while isinstance(told, ReportProgress):
            yield server_event({"type": "progress", **asdict(told)})
            told = await self._told.get()
        if isinstance(told, Exception):
            yield server_event({"type": "error", **stream_error_body(told)})
        else:
            yield server_event({"type": "report", "report": told})

    async def _tell_all(self, make: Callable[[OnProgress], _Report]) -> None:
        try:
            self._told.put_nowait(await run_in_threadpool(make, self._tell))
        except Exception as error:
            self._told.put_nowait(error)

    def _tell(self, progress: ReportProgress) -> None:
        """Of the thread that works."""
        if not self._is_heard:
            raise _NobodyListens
        self._loop.call_soon_threadsafe(self._told.put_nowait, progress)
