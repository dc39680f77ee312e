"""Models as Azure's clients see them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Capabilities(BaseModel):
    fine_tune: bool
    inference: bool
    completion: bool
    chat_completion: bool
    embeddings: bool


class Deprecation(BaseModel):
    fine_tune: int | None
    """Seconds since 1970; `null` where no day is set."""
    inference: int | None


class AzureModel(BaseModel):
    id: str
    object: Literal["model"] = "model"
    status: Literal["succeeded"] = "succeeded"
    created_at: int
    updated_at: int
    created: int
    """OpenAI's words for it, as the next; the client's own object has them."""
    owned_by: str
    model: str | None
    """The base model of a tuned one, or the one that an alias stands for."""
    fine_tune: str | None
    """The job that made a tuned one."""
    capabilities: Capabilities
    lifecycle_status: Literal["generally-available"] = "generally-available"
    deprecation: Deprecation


class AzureModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[AzureModel]
