"""Checkpoint permissions as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_PROJECTS = 1000


class CreatePermissionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    project_ids: Annotated[list[str], Field(min_length=1, max_length=MAX_PROJECTS)]


class PermissionObject(BaseModel):
    id: str
    object: Literal["checkpoint.permission"] = "checkpoint.permission"
    created_at: int
    project_id: str


class PermissionList(BaseModel):
    object: Literal["list"] = "list"
    data: list[PermissionObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class DeletedPermission(BaseModel):
    id: str
    object: Literal["checkpoint.permission"] = "checkpoint.permission"
    deleted: Literal[True] = True
