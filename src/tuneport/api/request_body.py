"""Bodies of requests that are read as a whole: no longer than the server takes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuneport.api.errors import error_response
from tuneport.api.sound_json import require_sound_json
from tuneport.core import InvalidRequest

BODY = "tuneport.body"
"""Where the request's scope has the body that was read."""
MAX_DRAINED_BYTES = 2**30
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_STREAMED = re.compile(r"/(?:v1|openai)/files|/v1/uploads/[^/]+/parts")
"""What goes to disk as it comes, and has limits of its own. These paths alone: a name may end others in "files"."""


class WholeBody:
    """Reads the body of a request before it goes on, or answers 413, or 400 for what is no JSON."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _METHODS_WITH_BODY or _STREAMED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(Request(scope, receive))
        except ClientDisconnect:
            return
        if body is None:
            await error_response(self._refusal(), status=413)(scope, receive, send)
            return
        try:
            require_sound_json(body)
        except InvalidRequest as error:
            await error_response(error)(scope, receive, send)
            return
        scope[BODY] = body
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, request: Request) -> bytes | None:
        """Give the body, `None` if it is too long."""
        chunks: list[bytes] = []
        n_bytes = 0
        stream = request.stream()
        async for chunk in stream:
            n_bytes += len(chunk)
            if n_bytes > self._max_bytes:
                await drain(stream)
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    def _refusal(self) -> InvalidRequest:
        return InvalidRequest(
            f"The body of the request is longer than {self._max_bytes} bytes, the most that this server takes. "
            "Ask for less at a time, or upload the content as a file.",
            code="body_too_large",
        )


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Take the rest off the line: a client reads the answer once it has sent all; cut off, it sees a broken pipe."""
    n_bytes = 0
    async for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > MAX_DRAINED_BYTES:
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once, and then what comes after it: that the client has gone."""
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
