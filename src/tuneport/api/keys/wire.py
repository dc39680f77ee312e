"""Keys as the wire has them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tuneport.config import DEFAULT_PROJECT
from tuneport.workspace import Scope


class CreateKeyRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    project_id: str = DEFAULT_PROJECT
    scope: Scope = "use"
    expires_in_seconds: int | None = None
    """`None` makes a key that holds until it is revoked."""


class RotateKeyRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grace_seconds: int = 0
    """So long the old key holds on, beside the new one; 0 revokes it at once."""


class KeyObject(BaseModel):
    id: str
    object: Literal["key"] = "key"
    created_at: int
    name: str
    project_id: str
    scope: Scope
    hint: str
    """How the key begins."""
    status: Literal["valid", "expired", "revoked"]
    expires_at: int | None
    revoked_at: int | None
    last_used_day: str | None
    """`2026-08-21`, in UTC."""


class NewKeyObject(KeyObject):
    key: str
    """Shown this once, and kept nowhere."""


class KeyList(BaseModel):
    object: Literal["list"] = "list"
    data: list[KeyObject]
    first_id: str | None
    last_id: str | None
    has_more: bool
