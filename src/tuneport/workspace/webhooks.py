"""Webhooks: addresses that are told when a job or a batch has ended."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from tuneport.core import Clock, InvalidRequest, new_id
from tuneport.store import Database, OwnRows, Page, WebhookRow, read_page
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.webhook_record import (
    Webhook,
    WebhookEvent,
    checked_url,
    find_webhook_row,
    new_secret,
    webhook_of,
)
from tuneport.workspace.webhook_sending import send_event


class Webhooks:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, url: str, event_types: Sequence[str], *, name: str) -> tuple[Webhook, str]:
        """Give the webhook and its secret, which is never shown again. Raises `InvalidRequest` for a bad address."""
        row = WebhookRow(
            id=new_id("we_"),
            created_at=self._clock.now(),
            name=name,
            url=checked_url(url),
            event_types=list(dict.fromkeys(event_types)),
            secret=new_secret(),
        )
        with self._database.write() as session:
            session.add(row)
        return webhook_of(row), row.secret

    def list(self, page: PageRequest) -> Page[Webhook]:
        with self._database.read() as session:
            found = read_page(session, OwnRows(WebhookRow), after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(webhook_of, found.items)), found.has_more)

    def find(self, webhook_id: str) -> Webhook:
        """Give the webhook. Raises `NotFound`."""
        with self._database.read() as session:
            return webhook_of(find_webhook_row(session, webhook_id))

    def delete(self, webhook_id: str) -> None:
        """Delete it with what it was still to be told. Raises `NotFound`."""
        with self._database.write() as session:
            session.delete(find_webhook_row(session, webhook_id))

    def test(self, webhook_id: str, event_type: str) -> int:
        """Send a made-up event at once; give the status that came back. Raises `NotFound`, or `InvalidRequest`."""
        now = self._clock.now()
        with self._database.read() as session:
            row = find_webhook_row(session, webhook_id)
        event = WebhookEvent(new_id("evt_"), event_type, now, "test")
        try:
            return send_event(row.url, row.secret, event, at=now)
        except httpx.HTTPError as error:
            raise InvalidRequest(
                f"{row.url} did not answer: {error or type(error).__name__}. Check the address, and that its server "
                "can be reached from here.",
                code="webhook_unreachable",
                param="url",
            ) from error
