"""Models as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel

from tuneport.api.wire_fields import LEFT_OUT


class ModelFacts(BaseModel):
    base_model: str
    """What a tuned model was trained on, or what an alias of the owner's stands for."""
    parity: Annotated[dict[str, Any] | None, LEFT_OUT] = None
    """Where a tuned model was compared with what it said in training → the verdict: docs/export.md."""


class ModelObject(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    tuneport: Annotated[ModelFacts | None, LEFT_OUT] = None
    """What only Tuneport has; absent on base models."""


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelObject]


class DeletedModel(BaseModel):
    id: str
    object: Literal["model"] = "model"
    deleted: Literal[True] = True
