"""The table of exports: tuned models written for other programs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class ExportRow(Owned, Table):
    __tablename__ = "exports"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    finished_at: Mapped[int | None]
    status: Mapped[str]
    """`queued`, `running`, `succeeded`, `failed` or `cancelled`."""
    model: Mapped[str]
    format: Mapped[str]
    numbers: Mapped[str]
    """How its weights are held, such as `f16`."""
    expected_bytes: Mapped[int]
    files: Mapped[list[Any]] = mapped_column(default=list)
    """Of each its name, bytes and SHA-256; empty until it has succeeded."""
    parity: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
