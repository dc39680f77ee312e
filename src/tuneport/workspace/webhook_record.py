"""A webhook in our words, as its row keeps it, and what it is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import InvalidRequest, NotFound
from tuneport.store import EVENT_TYPES, WebhookRow

WEBHOOK_EVENTS = tuple(EVENT_TYPES.values())
SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
MAX_URL_CHARACTERS = 2048


@dataclass(frozen=True)
class Webhook:
    id: str
    created_at: int
    name: str
    url: str
    event_types: tuple[str, ...]
    secret_hint: str
    """Enough to recognise the secret by."""


@dataclass(frozen=True)
class WebhookEvent:
    id: str
    type: str
    created_at: int
    subject_id: str
    """The job or batch that it is about."""

    def body(self) -> bytes:
        return orjson.dumps(
            {
                "id": self.id,
                "object": "event",
                "type": self.type,
                "created_at": self.created_at,
                "data": {"id": self.subject_id},
            }
        )


def webhook_of(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        created_at=row.created_at,
        name=row.name,
        url=row.url,
        event_types=tuple(row.event_types),
        secret_hint=f"{row.secret[: len(SECRET_PREFIX) + 3]}…{row.secret[-3:]}",
    )


def find_webhook_row(session: Session, webhook_id: str) -> WebhookRow:
    """Give the row. Raises `NotFound`."""
    row = session.scalar(select(WebhookRow).where(WebhookRow.id == webhook_id))
    if row is None:
        raise NotFound(
            f"No such webhook: {webhook_id!r}. List the webhooks to see those there.",
            code="webhook_not_found",
            param="webhook_id",
        )
    return row


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature_headers(secret: str, event: WebhookEvent, body: bytes, *, at: int) -> dict[str, str]:
    """Give the headers by which a receiver knows that `body` is ours, and fresh. Source: Standard Webhooks 1.0."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.new(key, b".".join((event.id.encode(), str(at).encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": event.id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def checked_url(url: str) -> str:
    """Raises `InvalidRequest` for what is not an address of a web server."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        is_good = is_good and parts.username is None and parts.password is None
    except ValueError:
        is_good = False
    if not is_good or len(url) > MAX_URL_CHARACTERS or not url.isprintable() or " " in url:
        raise InvalidRequest(
            f"'url' is {url[:100]!r}. Use an address such as 'https://example.com/hook', without name and password, of "
            f"at most {MAX_URL_CHARACTERS} characters.",
            code="invalid_webhook_url",
            param="url",
        )
    return url
