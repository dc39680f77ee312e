"""Who may ask: pages of other sites may not, and where a key is set, only who has it."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tuneport.api.errors import error_response
from tuneport.config import LOOPBACK_HOSTS, Settings
from tuneport.core import TuneportError, Unauthorized

OPEN_PATHS = frozenset({"/health"})


class AccessCheck:
    """Passes a request on, or answers 401 or 403."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = self._refusal(Headers(scope=scope), scope["path"])
            if refusal is not None:
                error, status = refusal
                await error_response(error, status=status)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers, path: str) -> tuple[TuneportError, int] | None:
        if self._settings.host in LOOPBACK_HOSTS:
            foreign = _foreign_host(headers)
            if foreign is not None:
                return foreign, 403
        if self._settings.api_key is None or path in OPEN_PATHS:
            return None
        if secrets.compare_digest(_given_key(headers).encode(), self._settings.api_key.encode()):
            return None
        message = "No API key, or a wrong one. Send the server's key as 'Authorization: Bearer KEY' or 'api-key: KEY'."
        return Unauthorized(message), 401


def _foreign_host(headers: Headers) -> TuneportError | None:
    """A page in the user's browser can reach 127.0.0.1, by its own name (DNS rebinding) or across sites."""
    for header in ("host", "origin"):
        value = headers.get(header)
        if value is None:
            continue
        if _host_name(value, is_url=header == "origin") not in LOOPBACK_HOSTS:
            return Unauthorized(
                f"The {header} header is {value!r}. This server answers requests to and from this machine only: "
                f"{', '.join(sorted(LOOPBACK_HOSTS))}.",
                code=f"{header}_not_allowed",
            )
    return None


def _host_name(value: str, *, is_url: bool) -> str | None:
    try:
        return urlsplit(value if is_url else f"//{value}").hostname
    except ValueError:
        return None


def _given_key(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return headers.get("api-key", "")
