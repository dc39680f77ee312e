"""Batches: files of requests, and how far they are answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class BatchRow(Owned, Table):
    __tablename__ = "batches"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    expires_at: Mapped[int]
    status: Mapped[str] = mapped_column(index=True)
    endpoint: Mapped[str]
    input_file_id: Mapped[str]
    completion_window: Mapped[str]
    labels: Mapped[dict[str, str]]
    """`metadata` on the wire."""
    output_lifetime_seconds: Mapped[int | None]
    """After which its output files are removed; `None` keeps them."""
    model: Mapped[str | None]
    """What all of its requests ask; `None` where they differ."""
    in_progress_at: Mapped[int | None]
    finalizing_at: Mapped[int | None]
    completed_at: Mapped[int | None]
    failed_at: Mapped[int | None]
    expired_at: Mapped[int | None]
    cancelling_at: Mapped[int | None]
    cancelled_at: Mapped[int | None]
    n_total: Mapped[int] = mapped_column(default=0)
    """0 until its lines are checked."""
    n_completed: Mapped[int] = mapped_column(default=0)
    n_failed: Mapped[int] = mapped_column(default=0)
    usage: Mapped[dict[str, Any] | None]
    """Tokens by kind, over its answers; `None` until it has ended."""
    errors: Mapped[list[Any] | None]
    """Why its input file was refused: code, message, param and line of each problem."""
    output_file_id: Mapped[str | None]
    error_file_id: Mapped[str | None]
