"""Between keys of the workspace and keys on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tuneport.api.keys.wire import KeyList, KeyObject, NewKeyObject
from tuneport.workspace import Key, Page


def key_object(key: Key, *, now: int) -> KeyObject:
    return KeyObject(**_fields(key, now))


def new_key_object(key: Key, secret: str, *, now: int) -> NewKeyObject:
    return NewKeyObject(**_fields(key, now), key=secret)


def key_list(page: Page[Key], *, now: int) -> KeyList:
    return KeyList(
        data=[key_object(key, now=now) for key in page.items],
        first_id=page.items[0].id if page.items else None,
        last_id=page.items[-1].id if page.items else None,
        has_more=page.has_more,
    )


def _fields(key: Key, now: int) -> dict[str, Any]:
    if key.revoked_at is not None:
        return asdict(key) | {"status": "revoked"}
    return asdict(key) | {"status": "expired" if key.is_expired(now) else "valid"}
