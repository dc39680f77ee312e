"""Server-sent events: how an answer comes in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeVar

import orjson

DONE = b"data: [DONE]\n\n"
T = TypeVar("T")


def begun(parts: Iterator[T]) -> Iterator[T]:
    """Give the same parts, the first made by now, so that what fails before it still has a status of its own."""
    first = next(parts)
    return chain([first], parts)


def server_event(data: dict[str, Any], *, name: str | None = None) -> bytes:
    """Give one event. `name`: what kind it is, where a client tells them apart by that."""
    head = b"" if name is None else f"event: {name}\n".encode()
    return head + b"data: " + orjson.dumps(data) + b"\n\n"
