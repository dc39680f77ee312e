"""Server-sent events: how an answer comes in pieces."""

from __future__ import annotations

from typing import Any

import orjson

DONE = b"data: [DONE]\n\n"


def server_event(data: dict[str, Any], *, name: str | None = None) -> bytes:
    """Give one event. `name`: what kind it is, where a client tells them apart by that."""
    head = b"" if name is None else f"event: {name}\n".encode()
    return head + b"data: " + orjson.dumps(data) + b"\n\n"
