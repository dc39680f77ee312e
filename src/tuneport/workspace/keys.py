"""Keys: made, listed, revoked, and known again by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, new_id
from tuneport.store import Database, KeyRow, OwnRows, Page, read_page
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.projects import Projects, checked_name

Scope = Literal["read", "use", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "use", "admin")
"""Each includes those before it."""
MAX_KEY_SECONDS = 10 * 365 * 86400
_SECRET_CHARACTERS = 43
"""Of 62 kinds: 256 bits. A plain hash is enough for what nobody can guess."""
_HINT_CHARACTERS = 8


@dataclass(frozen=True)
class Key:
    id: str
    created_at: int
    project_id: str
    name: str
    scope: Scope
    hint: str
    """How the key begins."""
    expires_at: int | None
    revoked_at: int | None
    last_used_day: str | None
    """`2026-08-21`, in UTC; `None` if it was never used."""

    def is_expired(self, at: int) -> bool:
        return self.expires_at is not None and self.expires_at <= at


class Keys:
    def __init__(self, database: Database, projects: Projects, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._projects = projects
        self._clock = clock
        self._lock = Lock()
        # Every request asks; one server has the home folder, so keys change through this object only.
        self.refresh()

    def create(self, name: str, *, project_id: str, scope: Scope, seconds: int | None = None) -> tuple[Key, str]:
        """Make a key that holds for `seconds`, or until it is revoked; give it with its secret, which is kept nowhere.

        Raises `InvalidRequest`, `NotFound` for the project, or `Forbidden` where that is archived.
        """
        now = self._clock.now()
        expires_at = now + _checked_seconds(seconds, "expires_in_seconds") if seconds is not None else None
        project_id = self._projects.find(project_id).id
        row, secret = _new_row(checked_name(name), project_id, scope, at=now, expires_at=expires_at)
        with self._database.write() as session:
            session.add(row)
        self.refresh()
        return _key_of(row), secret

    def rotate(self, key_id: str, *, grace_seconds: int = 0) -> tuple[Key, str]:
        """Make a key like this one, for as long as it was made for, and give it with its secret.

        The old one holds for `grace_seconds` more, and no longer than it would have; 0 revokes it at once.
        Raises `NotFound`, `InvalidRequest`, or `Conflict` where the key holds no more.
        """
        now = self._clock.now()
        old_end = now + _checked_seconds(grace_seconds, "grace_seconds") if grace_seconds else None
        with self._database.write() as session:
            old = _find_row(session, key_id)
            _require_holding(_key_of(old), now)
            expires_at = None if old.expires_at is None else now + old.expires_at - old.created_at
            row, secret = _new_row(old.name, old.project_id, _key_of(old).scope, at=now, expires_at=expires_at)
            session.add(row)
            if old_end is None:
                old.revoked_at = now
            else:
                old.expires_at = min(old_end, old.expires_at or old_end)
        self.refresh()
        return _key_of(row), secret

    def list(self, page: PageRequest) -> Page[Key]:
        """Give keys of every project, those that hold no more included."""
        with self._database.read() as session:
            found = read_page(session, OwnRows(KeyRow), after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(_key_of, found.items)), found.has_more)

    def revoke(self, key_id: str) -> Key:
        """Make the key hold no more, from now on. Raises `NotFound`, or `Conflict` where it was revoked before."""
        with self._database.write() as session:
            row = _find_row(session, key_id)
            if row.revoked_at is not None:
                raise Conflict(f"Key {key_id} was revoked before; there is nothing to do.", code="key_revoked")
            row.revoked_at = self._clock.now()
        self.refresh()
        return _key_of(row)

    def find_by_secret(self, secret: str) -> Key | None:
        """Give the key whose secret this is, also if it holds no more."""
        # Looked up by hash: how long it takes tells nothing of a secret that differs in one character.
        return self._by_hash.get(secret_hash(secret))

    def were_made(self) -> bool:
        return bool(self._by_hash)

    def is_any_valid(self) -> bool:
        now = self._clock.now()
        return any(key.revoked_at is None and not key.is_expired(now) for key in self._by_hash.values())

    def is_first_use_today(self, key_id: str) -> bool:
        """Say whether this use is worth a record; `note_use` makes it."""
        return key_id in self._days_used and self._days_used[key_id] != self._today()

    def note_use(self, key_id: str) -> None:
        # At once, so that of many requests of one moment one alone writes.
        self._days_used[key_id] = self._today()
        with self._database.write() as session:
            _find_row(session, key_id).last_used_day = self._today()

    def _today(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()

    def refresh(self) -> None:
        """Read again what is recorded of keys."""
        # Under the lock, so that of two readings the one that began later stays.
        with self._lock, self._database.read() as session:
            self._by_hash = {row.hash: _key_of(row) for row in session.scalars(select(KeyRow))}
            self._days_used = {key.id: key.last_used_day for key in self._by_hash.values()}


def _new_row(name: str, project_id: str, scope: Scope, *, at: int, expires_at: int | None) -> tuple[KeyRow, str]:
    """Give a key with its secret, which is kept nowhere."""
    secret = new_id("tp-", length=_SECRET_CHARACTERS)
    row = KeyRow(
        id=new_id("key_"),
        created_at=at,
        project_id=project_id,
        name=name,
        scope=scope,
        hash=secret_hash(secret),
        hint=secret[:_HINT_CHARACTERS],
        expires_at=expires_at,
    )
    return row, secret


def _require_holding(key: Key, now: int) -> None:
    if key.revoked_at is None and not key.is_expired(now):
        return
    state = "was revoked" if key.revoked_at is not None else "has expired"
    raise Conflict(
        f"Key {key.id} {state}, so it cannot be rotated. Make a new one: tuneport keys create NAME.",
        code="key_holds_no_more",
        param="id",
    )


def secret_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _find_row(session: Session, key_id: str) -> KeyRow:
    row = session.scalar(select(KeyRow).where(KeyRow.id == key_id))
    if row is None:
        raise NotFound(
            f"No such key: {key_id[:100]!r}. `tuneport keys list` has the ids.", code="key_not_found", param="id"
        )
    return row


def _key_of(row: KeyRow) -> Key:
    scope: Scope = row.scope  # type: ignore[assignment]
    return Key(
        id=row.id,
        created_at=row.created_at,
        project_id=row.project_id,
        name=row.name,
        scope=scope,
        hint=row.hint,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_day=row.last_used_day,
    )


def _checked_seconds(seconds: int, param: str) -> int:
    if not 1 <= seconds <= MAX_KEY_SECONDS:
        raise InvalidRequest(
            f"{param!r} is {seconds}. Use 1 to {MAX_KEY_SECONDS}, or leave it out.",
            code="invalid_expiry",
            param=param,
        )
    return seconds
