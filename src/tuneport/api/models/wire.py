"""Models as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel

from tuneport.api.wire_fields import LEFT_OUT


class AliasFacts(BaseModel):
    base_model: str
    """The model that answers under this name, which is an alias of the owner's."""


class ModelObject(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    tuneport: Annotated[AliasFacts | None, LEFT_OUT] = None
    """What only Tuneport has; absent where there is nothing to say."""


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelObject]


class DeletedModel(BaseModel):
    id: str
    object: Literal["model"] = "model"
    deleted: Literal[True] = True
