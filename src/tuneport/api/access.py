"""Who may ask: pages of other sites may not, and where keys are asked for, only who has one."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from tuneport.api.errors import error_response
from tuneport.config import LOOPBACK_HOSTS
from tuneport.core import Forbidden, TuneportError, Unauthorized
from tuneport.workspace import Caller, Workspace

OPEN_PATHS = frozenset({"/health"})
READING_METHODS = frozenset({"GET", "HEAD"})
_AUTHENTICATE = {"WWW-Authenticate": "Bearer"}


class AccessCheck:
    """Passes a request on with its `Caller`, or answers 401, 403 or 404."""

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self._app = app
        self._workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._let_in(scope)
        except TuneportError as error:
            response = error_response(error)
            response.headers.update(_AUTHENTICATE if isinstance(error, Unauthorized) else {})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if self._workspace.settings.host in LOOPBACK_HOSTS:
            _refuse_foreign_host(headers)
        if scope["path"] in OPEN_PATHS:
            return
        caller = self._workspace.callers.find(_given_key(headers), wanted_project=headers.get("openai-project") or None)
        if scope["method"] not in READING_METHODS:
            caller.require("use", f"{scope['method']} {scope['path']}")
        scope.setdefault("state", {})["caller"] = caller
        await self._note_use(caller)

    async def _note_use(self, caller: Caller) -> None:
        keys = self._workspace.keys
        if caller.key_id is not None and keys.is_first_use_today(caller.key_id):
            await run_in_threadpool(keys.note_use, caller.key_id)


def caller_of(scope: Scope) -> Caller | None:
    """Give who asks; `None` on paths that are open to all."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    return caller


def _refuse_foreign_host(headers: Headers) -> None:
    """A page in the user's browser can reach 127.0.0.1, by its own name (DNS rebinding) or across sites."""
    for header in ("host", "origin"):
        value = headers.get(header)
        if value is not None and _host_name(value, is_url=header == "origin") not in LOOPBACK_HOSTS:
            raise Forbidden(
                f"The {header} header is {value!r}. This server answers requests to and from this machine only: "
                f"{', '.join(sorted(LOOPBACK_HOSTS))}. Behind a proxy on this machine, let the proxy send "
                "'Host: 127.0.0.1' and no Origin, but make a key first and set keys_on_loopback = true: what comes "
                "through a proxy looks as if it came from this machine. See docs/keys-and-limits.md.",
                code=f"{header}_not_allowed",
            )


def _host_name(value: str, *, is_url: bool) -> str | None:
    try:
        return urlsplit(value if is_url else f"//{value}").hostname
    except ValueError:
        return None


def _given_key(headers: Headers) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return headers.get("api-key") or None
