"""Under which path a request came says its dialect; what both dialects answer alike goes on to the one route."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from tuneport.api.azure.api_version import refused_version
from tuneport.api.azure.errors import in_azure_envelope
from tuneport.api.dialect import Dialect, dialect
from tuneport.api.errors import error_response

log = logging.getLogger(__name__)

_UNVERSIONED = re.compile(r"(?:/api/projects/[^/]+)?/openai/v1(?=/|\Z)")
_OWN_ROUTES = re.compile(r"/openai/(?:files|fine_tuning/jobs|models|deployments)(?:/|\Z)")
"""Versioned paths whose objects differ from OpenAI's; all others are answered by the route below `/v1`."""


@dataclass(frozen=True)
class _Choice:
    dialect: Dialect
    path: str
    """Of the route that answers."""


class AzurePrefixes:
    """Sees each request first. Every answer below the versioned prefix has Azure's envelope where it is an error."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told: set[Dialect] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        choice = _choose(scope["path"])
        dialect.set(choice.dialect)
        self._tell(choice, scope["path"])
        if choice.dialect is Dialect.AZURE:
            send = in_azure_envelope(send)
        refusal = refused_version(choice.dialect, parse_qs(scope["query_string"].decode("latin-1")))
        if refusal is not None:
            await error_response(refusal)(scope, receive, send)
            return
        if choice.path != scope["path"]:
            # In place: what comes before looks up the route and the caller in it once there is an answer.
            scope.update(path=choice.path, raw_path=choice.path.encode("utf-8", "surrogateescape"))
        await self._app(scope, receive, send)

    def _tell(self, choice: _Choice, path: str) -> None:
        if choice.dialect not in self._told:
            self._told.add(choice.dialect)
            log.info("first request in the dialect %r: %s", str(choice.dialect), path)
        log.debug("%s is answered in the dialect %r, by %s", path, str(choice.dialect), choice.path)


def _choose(path: str) -> _Choice:
    if _UNVERSIONED.match(path):
        return _Choice(Dialect.AZURE_UNVERSIONED, _UNVERSIONED.sub("/v1", path, count=1))
    if path.startswith("/openai/"):
        is_own = _OWN_ROUTES.match(path)
        return _Choice(Dialect.AZURE, path if is_own else path.replace("/openai/", "/v1/", 1))
    if path.startswith("/subscriptions/"):
        return _Choice(Dialect.AZURE, path)
    return _Choice(Dialect.OPENAI, path)
