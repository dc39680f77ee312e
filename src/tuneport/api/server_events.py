"""Server-sent events: how an answer comes in pieces."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from typing import Any, TypeVar

import orjson
from anyio import CancelScope
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

DONE = b"data: [DONE]\n\n"
_LINE_ENDS = tuple((end.encode(), f"\\u{ord(end):04x}".encode()) for end in "\u0085\u2028\u2029")
T = TypeVar("T")


def begun(parts: Iterator[T]) -> Iterator[T]:
    """Give the same parts, the first made by now, so that what fails before it still has a status of its own."""
    first = next(parts)
    return chain([first], parts)


def server_event(data: dict[str, Any], *, name: str | None = None) -> bytes:
    """Give one event. `name`: what kind it is, where a client tells them apart by that."""
    head = b"" if name is None else f"event: {name}\n".encode()
    return head + b"data: " + _on_one_line(orjson.dumps(data)) + b"\n\n"


def _on_one_line(document: bytes) -> bytes:
    """Escape what some clients take for the end of a line, httpx's own reader of lines among them."""
    for character, escaped in _LINE_ENDS:
        document = document.replace(character, escaped)
    return document


class EventStream(StreamingResponse):
    """Sends events, and closes their generator once the client has them all or is gone.

    Left to itself it would end when its memory is collected, in any thread and at any time, and the engine would go on
    with an answer that nobody reads.
    """

    def __init__(self, events: Generator[bytes]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # No thread is in the generator: who is cancelled while one makes an event waits for that event.
            with CancelScope(shield=True):
                await run_sync(self._events.close)
