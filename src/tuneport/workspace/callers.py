"""Who asks: which key a request carries, in which project it works, and how much it may."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from tuneport.config import DEFAULT_PROJECT, LOOPBACK_HOSTS, Settings
from tuneport.core import Clock, Forbidden, Unauthorized, new_id
from tuneport.workspace.keys import SCOPES, Key, Keys, Scope, secret_hash
from tuneport.workspace.projects import Projects

OWNER_KEY_ID = "owner"
"""Of commands on this machine, which read the owner's key from the home folder."""
SETTINGS_KEY_ID = "TUNEPORT_API_KEY"


@dataclass(frozen=True)
class Caller:
    project_id: str
    scope: Scope
    key_id: str | None
    """`None` where no key is asked for."""

    def require(self, scope: Scope, what: str) -> None:
        """Raise `Forbidden` if the key's scope is less than `scope`, which `what` needs."""
        if SCOPES.index(self.scope) < SCOPES.index(scope):
            raise Forbidden(
                f"{what} needs a key of the scope '{scope}'; this one's is '{self.scope}'. "
                f"Ask for one: tuneport keys create NAME --scope {scope}"
            )


class Callers:
    def __init__(self, keys: Keys, projects: Projects, settings: Settings, clock: Clock) -> None:
        self._keys = keys
        self._projects = projects
        self._settings = settings
        self._clock = clock
        self.owner_key = new_id("tp-owner-", length=43)
        """Made anew each time the server starts: whoever may read the home folder may do everything."""

    def asks_for_keys(self) -> bool:
        if self._settings.api_key is not None or self._settings.host not in LOOPBACK_HOSTS:
            return True
        if self._settings.keys_on_loopback is not None:
            return self._settings.keys_on_loopback
        return self._keys.were_made()

    def has_key_for_others(self) -> bool:
        """Say whether anybody could ask from another machine."""
        return self._settings.api_key is not None or self._keys.is_any_valid()

    def find(self, secret: str | None, *, wanted_project: str | None) -> Caller:
        """Give who asks. `wanted_project`: of the header OpenAI-Project.

        Raises `Unauthorized` without a key that holds, `Forbidden` for a project that is archived or not the key's,
        `NotFound` for one that is not there.
        """
        holder = self._holder(secret)
        if wanted_project is None or wanted_project == holder.project_id:
            return holder
        if holder.scope != "admin":
            raise Forbidden(
                f"The header OpenAI-Project is {wanted_project[:100]!r}, and this key belongs to "
                f"{holder.project_id!r}. Leave the header out, or use a key of that project.",
                code="project_not_allowed",
            )
        return replace(holder, project_id=self._projects.find(wanted_project).id)

    def _holder(self, secret: str | None) -> Caller:
        if not self.asks_for_keys():
            return Caller(DEFAULT_PROJECT, "admin", None)
        if secret is None:
            raise Unauthorized(
                "No API key. Send one as 'Authorization: Bearer KEY' or 'api-key: KEY'; "
                "`tuneport keys create NAME` makes one.",
                code="missing_api_key",
            )
        if _is_same(secret, self.owner_key):
            return Caller(DEFAULT_PROJECT, "admin", OWNER_KEY_ID)
        if self._settings.api_key is not None and _is_same(secret, self._settings.api_key):
            return Caller(DEFAULT_PROJECT, "admin", SETTINGS_KEY_ID)
        key = self._keys.find_by_secret(secret)
        if key is None:
            raise Unauthorized("Wrong API key. Check that it was copied whole; `tuneport keys create NAME` makes one.")
        self._require_valid(key)
        return Caller(self._projects.find(key.project_id).id, key.scope, key.id)

    def _require_valid(self, key: Key) -> None:
        """Only who has the key learns this of it."""
        if key.revoked_at is not None:
            raise Unauthorized(
                f"The API key {key.name!r} ({key.id}) was revoked. Use another; `tuneport keys create NAME` makes one.",
                code="revoked_api_key",
            )
        if key.is_expired(self._clock.now()):
            raise Unauthorized(
                f"The API key {key.name!r} ({key.id}) has expired. Use another; `tuneport keys create NAME` makes one.",
                code="expired_api_key",
            )


def _is_same(given: str, expected: str) -> bool:
    return secrets.compare_digest(secret_hash(given), secret_hash(expected))
