"""Deployments in our own words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class CreateDeploymentRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    model: str
    """A base model, a tuned one, a checkpoint by name or id."""
    sku: Annotated[str, Field(min_length=1, max_length=64)] = "standard"
    """`developertier` ends by itself a day after it was made; all others are alike."""
    capacity: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Kept and shown; Azure's number means nothing here."""
    pinned: bool = False
    """Keep its engine in memory, also while nobody asks."""


class DeploymentObject(BaseModel):
    object: Literal["deployment"] = "deployment"
    name: str
    model: str
    sku: str
    capacity: int
    created_at: int
    last_used_at: int
    expires_at: int | None
    """When it is removed if nothing is asked of it until then; `null` for a base model's."""
    pinned: bool


class DeploymentList(BaseModel):
    object: Literal["list"] = "list"
    data: list[DeploymentObject]


class DeletedDeployment(BaseModel):
    name: str
    object: Literal["deployment"] = "deployment"
    deleted: Literal[True] = True
