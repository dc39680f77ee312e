"""What webhooks are still to be told: sent as soon as it is known, and again until it arrives."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import httpx
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tuneport.core import Clock, StorageFull
from tuneport.store import Database, DeliveryRow, WebhookRow
from tuneport.workspace.webhook_record import WebhookEvent
from tuneport.workspace.webhook_sending import send_event

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3 * 3600
MAX_ATTEMPTS = 31
"""With the pauses between them, 72 hours. Time when no server runs does not count."""
STOP_SECONDS = 1.0
"""What is not known to have arrived by then is sent again at the next start."""
MAX_AT_ONCE = 16
"""Webhooks that are sent to side by side; each is sent one event after the other."""


@dataclass(frozen=True)
class _Due:
    webhook_id: str
    url: str
    secret: str
    event: WebhookEvent


@dataclass(frozen=True)
class _Outcome:
    event_id: str
    at: int
    reason: str | None
    """Why it did not arrive; `None` if it did."""


class WebhookDeliveries:
    def __init__(self, database: Database, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._unrecorded: dict[str, _Outcome] = {}
        """By webhook: how the last delivery went that there was no room to record; it is not repeated till there is."""

    def start_due(self) -> None:
        """Send, in threads of their own, what is due to every webhook that is not being sent to already."""
        now = self._clock.now()
        with self._lock:
            waiting = select(DeliveryRow.webhook_id).where(DeliveryRow.next_attempt_at <= now).distinct()
            with self._database.read() as session:
                due = set(session.scalars(waiting.where(DeliveryRow.webhook_id.not_in(self._threads))))
            for webhook_id in sorted(due)[: MAX_AT_ONCE - len(self._threads)]:
                thread = threading.Thread(target=self._serve, args=(webhook_id,), name=webhook_id, daemon=True)
                self._threads[webhook_id] = thread
                thread.start()

    def wait(self) -> None:
        """Come back when nothing is being sent any more, or when that takes too long."""
        with self._lock:
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(STOP_SECONDS)

    def _serve(self, webhook_id: str) -> None:
        """Send one event after the other, up to the first that does not arrive."""
        try:
            while (due := self._next_due(webhook_id)) is not None and self._deliver(due):
                pass
        except Exception:
            log.exception("webhook %s", webhook_id)
        finally:
            with self._lock:
                del self._threads[webhook_id]

    def _next_due(self, webhook_id: str) -> _Due | None:
        rows = (
            select(DeliveryRow, WebhookRow)
            .join(WebhookRow, WebhookRow.id == DeliveryRow.webhook_id)
            .where(DeliveryRow.webhook_id == webhook_id, DeliveryRow.next_attempt_at <= self._clock.now())
            .order_by(DeliveryRow.seq)
            .limit(1)
        )
        with self._database.read() as session:
            found = session.execute(rows).first()
        if found is None:
            return None
        row, webhook = found
        event = WebhookEvent(row.event_id, row.type, row.created_at, row.subject_id)
        return _Due(webhook_id, webhook.url, webhook.secret, event)

    def _deliver(self, due: _Due) -> bool:
        """Send it and record how that went; say whether the next one may follow."""
        outcome = self._unrecorded.get(due.webhook_id)
        is_known = outcome is not None and outcome.event_id == due.event.id
        if outcome is None or not is_known:
            outcome = self._send(due)
        try:
            self._record(due, outcome)
        except (StorageFull, OperationalError) as error:
            if not is_known:
                log.warning("webhook %s, event %s: %s It is not sent again.", due.webhook_id, due.event.id, error)
            self._unrecorded[due.webhook_id] = outcome
            return False
        self._unrecorded.pop(due.webhook_id, None)
        return outcome.reason is None

    def _send(self, due: _Due) -> _Outcome:
        now = self._clock.now()
        try:
            status = send_event(due.url, due.secret, due.event, at=now)
            reason = None if httpx.codes.is_success(status) else f"it answered {status}"
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
        return _Outcome(due.event.id, now, reason)

    def _record(self, due: _Due, outcome: _Outcome) -> None:
        with self._database.write() as session:
            # Not by its number alone: once its webhook is deleted, another delivery may have that.
            this = (DeliveryRow.webhook_id == due.webhook_id) & (DeliveryRow.event_id == due.event.id)
            row = session.scalar(select(DeliveryRow).where(this))
            if row is None:
                return
            pause = min(FIRST_PAUSE_SECONDS * 3**row.n_attempts, LONGEST_PAUSE_SECONDS)
            row.n_attempts += 1
            row.next_attempt_at = outcome.at + pause
            is_given_up = row.n_attempts >= MAX_ATTEMPTS
            if outcome.reason is None or is_given_up:
                session.delete(row)
        if outcome.reason is not None:
            what_now = "given up" if is_given_up else f"again in {pause} s"
            log.warning("webhook %s, event %s: %s; %s", due.webhook_id, due.event.id, outcome.reason, what_now)
