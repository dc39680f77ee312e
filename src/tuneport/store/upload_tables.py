"""Uploads in parts, until each is complete or gone."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class UploadRow(Owned, Table):
    __tablename__ = "uploads"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    expires_at: Mapped[int]
    status: Mapped[str] = mapped_column(index=True)
    """`pending`, `completed`, `cancelled` or `expired`."""
    filename: Mapped[str]
    purpose: Mapped[str]
    n_bytes: Mapped[int]
    """As announced; the parts must come to it."""
    file_lifetime_seconds: Mapped[int | None]
    """After which the file is removed; `None` keeps it."""
    file_id: Mapped[str | None]
    """`None` until it is complete."""


class UploadPartRow(Owned, Table):
    __tablename__ = "upload_parts"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    upload_id: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[int]
    n_bytes: Mapped[int]
