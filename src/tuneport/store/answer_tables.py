"""The tables of answers that were kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class CompletionRow(Owned, Table):
    """A chat completion that its request asked to keep."""

    __tablename__ = "stored_completions"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    model: Mapped[str]
    labels: Mapped[dict[str, str]]
    """`metadata` on the wire, a name that SQLAlchemy keeps for itself."""
    request: Mapped[dict[str, Any]]
    answers: Mapped[list[Any]]


class ResponseRow(Owned, Table):
    """An answer of the responses API, with the whole conversation before it."""

    __tablename__ = "responses"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    completed_at: Mapped[int | None]
    model: Mapped[str]
    status: Mapped[str]
    request: Mapped[dict[str, Any]]
    input_items: Mapped[list[Any]]
    output_items: Mapped[list[Any]]
    usage: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    text_pieces: Mapped[list[Any]] = mapped_column(default=list)
    """Its text as it came: each piece is an event of its stream."""
