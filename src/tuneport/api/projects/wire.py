"""Projects as the wire has them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class CreateProjectRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    id: str | None = None
    """An id to keep, such as that of a hosted project; `None` makes one."""


class ProjectObject(BaseModel):
    id: str
    object: Literal["project"] = "project"
    created_at: int
    name: str
    status: Literal["active", "archived"]
    archived_at: int | None


class ProjectList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ProjectObject]
