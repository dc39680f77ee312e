"""Who asked for what, how it ended and how long it took: a line of the access log each, and the metrics.

Nothing that was said stands in it: no bodies, no queries, no names of files.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuneport.api.access import caller_of
from tuneport.api.errors import NO_ANSWER
from tuneport.api.request_headers import request_id

Note = Callable[[str, str, int, float], None]
"""Takes a request's method, the template of its path, its status, and its seconds."""

MAX_LOG_BYTES = 10 * 2**20
OLDER_LOGS = 5
NO_ROUTE = "none"


class RequestLog:
    def __init__(self, app: ASGIApp, note: Note, log_file: Path | None) -> None:
        """`log_file`: `None` writes no access log."""
        self._app = app
        self._note = note
        self._file = self._open(log_file) if log_file else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, n_bytes = time.perf_counter(), NO_ANSWER, 0
        path = scope["path"]

        async def send_and_look(message: Message) -> None:
            nonlocal status, n_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                n_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_and_look)
        finally:
            seconds = time.perf_counter() - started
            self._note(scope["method"], route_of(scope), status, seconds)
            if self._file is not None:
                line = _line(scope, path, status, n_bytes, seconds)
                # Past the logger, which would look for the line of code that speaks.
                self._file.handle(logging.LogRecord("access", logging.INFO, __file__, 0, line, None, None))

    def _open(self, file: Path) -> RotatingFileHandler:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=MAX_LOG_BYTES, backupCount=OLDER_LOGS, delay=True)
        # The file is closed with the application that writes it, which may end before its process.
        weakref.finalize(self, handler.close)
        return handler


def route_of(scope: Scope) -> str:
    """Give the template of the path, such as `/v1/files/{file_id}`; "none" where no route was found."""
    return getattr(scope.get("route"), "path", NO_ROUTE)


def _line(scope: Scope, path: str, status: int, n_bytes: int, seconds: float) -> str:
    """`path`: as it was asked for, which for Azure's is not that of the route."""
    caller = caller_of(scope)
    line: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "request_id": request_id.get(),
        "project": caller.project_id if caller else None,
        "key_id": caller.key_id if caller else None,
        "method": scope["method"],
        "path": path,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "bytes": n_bytes,
    }
    return orjson.dumps(line).decode()
