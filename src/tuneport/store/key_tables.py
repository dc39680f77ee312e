"""The tables of who may ask: projects, their keys, and models that one project lets another use."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Table


class ProjectRow(Table):
    __tablename__ = "projects"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    name: Mapped[str]
    archived_at: Mapped[int | None]
    """Since when nobody works in it; `None` on all others."""


class KeyRow(Table):
    __tablename__ = "keys"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str]
    scope: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the key, in hex. The key itself is kept nowhere."""
    hint: Mapped[str]
    """The key's first characters, by which its owner knows it again."""
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]
    last_used_day: Mapped[str | None]
    """`2026-08-21`, in UTC."""


class PermissionRow(Table):
    """A project that is not the model's own and may use it all the same."""

    __tablename__ = "checkpoint_permissions"
    __table_args__ = (Index("ix_checkpoint_permissions_grant", "model_name", "project_id", unique=True),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    model_name: Mapped[str] = mapped_column(ForeignKey("models.name", ondelete="CASCADE"))
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
