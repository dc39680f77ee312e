"""Requests that a client sends twice: the second gets the first one's answer, and nothing is done again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from tuneport.core import Clock, Conflict, InvalidRequest
from tuneport.store import Database, IdempotentAnswerRow

KEPT_SECONDS = 24 * 3600
MAX_KEY_CHARACTERS = 255


@dataclass(frozen=True)
class KeptAnswer:
    status: int
    content_type: str | None
    location: str | None
    body: bytes
    form_digest: str | None = None
    """Of an upload: SHA-256 of what its form held, in hex. The request was the same if a repeated one's is."""


class IdempotentAnswers:
    def __init__(self, database: Database, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._running: set[tuple[str, str]] = set()

    def begin(self, project_id: str, key: str, fingerprint: str) -> KeptAnswer | None:
        """Give the answer that the request got before; `None` where it is the first, which `keep` or `drop` must end.

        Raises `Conflict` while the first is worked on, or where it asked for something else.
        """
        _check_key(key)
        with self._lock, self._database.of_project(project_id).write() as session:
            oldest = self._clock.now() - KEPT_SECONDS
            session.execute(delete(IdempotentAnswerRow).where(IdempotentAnswerRow.created_at <= oldest))
            row = session.scalar(_same(key))
            if row is not None:
                return self._answer_of(project_id, row, fingerprint)
            session.add(IdempotentAnswerRow(key=key, fingerprint=fingerprint, created_at=self._clock.now()))
            self._running.add((project_id, key))
        return None

    def keep(self, project_id: str, key: str, answer: KeptAnswer) -> None:
        """Give this answer to whoever repeats the request."""
        with self._ending(project_id, key) as session:
            row = session.scalars(_same(key)).one()
            row.status, row.body = answer.status, answer.body
            row.content_type, row.location = answer.content_type, answer.location
            row.form_digest = answer.form_digest

    def drop(self, project_id: str, key: str) -> None:
        """Forget the request: it made nothing, or its answer is not one to be kept."""
        with self._ending(project_id, key) as session:
            session.execute(delete(IdempotentAnswerRow).where(IdempotentAnswerRow.key == key))

    @contextmanager
    def _ending(self, project_id: str, key: str) -> Iterator[Session]:
        try:
            with self._database.of_project(project_id).write() as session:
                yield session
        finally:
            # Also where the disk is full: the request is not worked on any more.
            self._running.discard((project_id, key))

    def _answer_of(self, project_id: str, row: IdempotentAnswerRow, fingerprint: str) -> KeptAnswer:
        if row.fingerprint != fingerprint:
            raise key_reused(row.key)
        if row.status is not None:
            assert row.body is not None
            return KeptAnswer(row.status, row.content_type, row.location, row.body, row.form_digest)
        if (project_id, row.key) in self._running:
            raise Conflict(
                f"The first request with the Idempotency-Key {row.key!r} is still worked on. "
                "Repeat this one a little later.",
                code="idempotency_in_progress",
            )
        raise Conflict(
            f"The server stopped while it worked on the first request with the Idempotency-Key {row.key!r}. "
            "Look in the list whether that one made something; if not, ask again with another key.",
            code="idempotency_interrupted",
        )


def key_reused(key: str) -> Conflict:
    return Conflict(
        f"The Idempotency-Key {key!r} was sent with another request. Send each request with a key of its own, and the "
        "same key only to repeat the same request.",
        code="idempotency_key_reused",
    )


def _same(key: str) -> Select[IdempotentAnswerRow]:
    return select(IdempotentAnswerRow).where(IdempotentAnswerRow.key == key)


def _check_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        raise InvalidRequest(
            f"The header Idempotency-Key has {len(key)} characters. Use 1 to {MAX_KEY_CHARACTERS}.",
            code="invalid_idempotency_key",
        )
