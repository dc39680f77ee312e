"""Who moves a job or a batch to its end leaves the news of it in the same transaction, for every webhook that asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history

from tuneport.core import new_id
from tuneport.store.batch_tables import BatchRow
from tuneport.store.tables import JobRow
from tuneport.store.webhook_tables import DeliveryRow, WebhookRow

EVENT_TYPES = {
    (JobRow, "succeeded"): "fine_tuning.job.succeeded",
    (JobRow, "failed"): "fine_tuning.job.failed",
    (JobRow, "cancelled"): "fine_tuning.job.cancelled",
    (BatchRow, "completed"): "batch.completed",
    (BatchRow, "failed"): "batch.failed",
    (BatchRow, "cancelled"): "batch.cancelled",
    (BatchRow, "expired"): "batch.expired",
}
"""Table and status → the event that it is on OpenAI's wire."""


@event.listens_for(Session, "before_flush")
def _leave_news(session: Session, _context: Any, _instances: Any) -> None:
    for row in list(session.dirty):
        if isinstance(row, JobRow | BatchRow) and get_history(row, "status").has_changes():
            session.add_all(_deliveries(session, row))


def _deliveries(session: Session, row: JobRow | BatchRow) -> Iterator[DeliveryRow]:
    kind = EVENT_TYPES.get((type(row), row.status))
    if kind is None:
        return
    at = row.finished_at if isinstance(row, JobRow) else getattr(row, f"{row.status}_at")
    event_id = new_id("evt_")
    for webhook in session.scalars(select(WebhookRow).where(WebhookRow.project_id == row.project_id)):
        if kind in webhook.event_types:
            yield DeliveryRow(
                project_id=row.project_id,
                webhook_id=webhook.id,
                event_id=event_id,
                type=kind,
                subject_id=row.id,
                created_at=at,
                next_attempt_at=at,
            )
