"""The headers that every answer carries: its request's id, whose it is, and how long the work took."""

from __future__ import annotations

import time
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuneport.core import new_id

API_VERSION = "2020-10-01"
"""OpenAI's; it has had no other."""
MAX_CLIENT_ID_CHARACTERS = 512

request_id: ContextVar[str] = ContextVar("request_id", default="none")
"""The id of the request that is being answered, for the log; with the client's own, where it sent one."""


class RequestHeaders:
    def __init__(self, app: ASGIApp, *, organization: str) -> None:
        self._app = app
        self._organization = organization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        own_id = new_id("req_")
        request_id.set(own_id + _clients_own_id(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = own_id
                headers["openai-organization"] = self._organization
                headers["openai-version"] = API_VERSION
                headers["openai-processing-ms"] = str(round((time.perf_counter() - started) * 1000))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _clients_own_id(scope: Scope) -> str:
    """A client may name its request, to find it in our log. Anybody may write there: no line ends, no long texts."""
    given = Headers(scope=scope).get("x-client-request-id")
    return f" ({given[:MAX_CLIENT_ID_CHARACTERS]!r} of its client)" if given else ""
