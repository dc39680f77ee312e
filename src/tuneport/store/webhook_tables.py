"""Webhooks, and the events that each has still to be told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tuneport.store.tables import Owned, Table


class WebhookRow(Owned, Table):
    __tablename__ = "webhooks"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    name: Mapped[str]
    url: Mapped[str]
    event_types: Mapped[list[Any]]
    secret: Mapped[str]
    """In clear: each delivery is signed with it."""


class DeliveryRow(Owned, Table):
    """An event on its way to one webhook; gone once it has arrived, or was given up."""

    __tablename__ = "webhook_deliveries"

    seq: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[str]
    type: Mapped[str]
    subject_id: Mapped[str]
    """Id of the job or batch."""
    created_at: Mapped[int]
    n_attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[int] = mapped_column(index=True)
