"""The header Idempotency-Key: a request that is sent twice is done once, and answered twice."""

from __future__ import annotations

import hashlib

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tuneport.api.access import caller_of
from tuneport.api.errors import error_response
from tuneport.api.form_digest import FormDigest
from tuneport.api.request_body import BODY, drain
from tuneport.core import TuneportError
from tuneport.workspace import IdempotentAnswers, KeptAnswer, key_reused

STREAM_TYPE = "text/event-stream"
"""An answer that comes in pieces is not kept."""
NOT_KEPT = "no-store"
"""The header Cache-Control of an answer with a secret: we keep it as little as anybody else."""


class Idempotency:
    def __init__(self, app: ASGIApp, answers: IdempotentAnswers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        caller = caller_of(scope)
        if key is None or caller is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        form = None if BODY in scope else FormDigest(Headers(scope=scope).get("content-type", ""), receive)
        response = await self._repeated(scope, receive, form, project_id=caller.project_id, key=key)
        if response is not None:
            await response(scope, receive, send)
            return
        await self._answer_and_keep(scope, receive, send, form, project_id=caller.project_id, key=key)

    async def _repeated(
        self, scope: Scope, receive: Receive, form: FormDigest | None, *, project_id: str, key: str
    ) -> Response | None:
        """Give the answer to a request whose key was sent before, its body taken off the line; `None` for the first."""
        try:
            kept = await run_in_threadpool(self._answers.begin, project_id, key, fingerprint(scope))
        except TuneportError as error:
            await drain(Request(scope, receive).stream())
            return error_response(error)
        if kept is None:
            return None
        await drain(Request(scope, form.receive if form else receive).stream())
        if form is not None and form.hexdigest() != kept.form_digest:
            return error_response(key_reused(key))
        return _response_of(kept)

    async def _answer_and_keep(
        self, scope: Scope, receive: Receive, send: Send, form: FormDigest | None, *, project_id: str, key: str
    ) -> None:
        answer = _Answer(send)
        try:
            await self._app(scope, form.receive if form else receive, answer.send)
        finally:
            try:
                # Before the client has the answer: what it was told of is not done again after a crash.
                await run_in_threadpool(self._end, project_id, key, answer.to_keep(form.hexdigest() if form else None))
            finally:
                await answer.pass_on()

    def _end(self, project_id: str, key: str, answer: KeptAnswer | None) -> None:
        if answer is None:
            self._answers.drop(project_id, key)
        else:
            self._answers.keep(project_id, key, answer)


class _Answer:
    """Holds an answer back until it is whole; one that comes in pieces is passed on at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM_TYPE)
        if self._is_stream:
            await self._send(message)
        else:
            self._held.append(message)

    def to_keep(self, form_digest: str | None) -> KeptAnswer | None:
        """Give the answer of a request that made something; `None` for errors, streams and what broke off."""
        if not self._held or self._held[-1].get("more_body", False) or len(self._held) < 2:
            return None
        start, *pieces = self._held
        if start["status"] >= 300:
            return None
        headers = Headers(raw=start["headers"])
        if headers.get("cache-control") == NOT_KEPT:
            return None
        body = b"".join(piece.get("body", b"") for piece in pieces)
        return KeptAnswer(start["status"], headers.get("content-type"), headers.get("location"), body, form_digest)

    async def pass_on(self) -> None:
        for message in self._held:
            await self._send(message)


def fingerprint(scope: Scope) -> str:
    """Give a hash that tells requests apart, but for a body that goes to disk as it comes: see `FormDigest`."""
    headers = Headers(scope=scope)
    media_type = headers.get("content-type", "").partition(";")[0]
    parts = [scope["method"].encode(), scope["path"].encode(), scope["query_string"], media_type.encode()]
    body: bytes | None = scope.get(BODY)
    parts.append(b"" if body is None else hashlib.sha256(body).digest())
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _response_of(kept: KeptAnswer) -> Response:
    headers = {"idempotent-replayed": "true", **({"location": kept.location} if kept.location else {})}
    return Response(kept.body, kept.status, headers, media_type=kept.content_type)
