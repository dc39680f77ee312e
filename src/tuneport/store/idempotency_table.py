"""The table of answers that a repeated request gets again."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class IdempotentAnswerRow(Owned, Table):
    __tablename__ = "idempotent_answers"
    __table_args__ = (Index("ix_idempotent_answers_key", "project_id", "key", unique=True),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    """As the client sent it, in the header Idempotency-Key."""
    fingerprint: Mapped[str]
    """SHA-256 of the request, in hex."""
    form_digest: Mapped[str | None]
    """SHA-256 of what an upload's form held, in hex; `None` where `fingerprint` has the body."""
    created_at: Mapped[int] = mapped_column(index=True)
    status: Mapped[int | None]
    """`None` until the request is answered, as are `form_digest` and the fields below."""
    content_type: Mapped[str | None]
    location: Mapped[str | None]
    body: Mapped[bytes | None]
