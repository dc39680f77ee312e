"""Between models of the workspace and models on Azure's wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tuneport.api.azure.models.wire import AzureModel, Capabilities, Deprecation
from tuneport.api.azure.names import azure_model_name
from tuneport.workspace import BaseModel, Model


def azure_model(model: Model, bases: Mapping[str, BaseModel]) -> AzureModel:
    """`bases`: the base models there are, by name; a tuned model can do what its base can."""
    stands_for = model.stands_for or model.base_model
    base = bases.get(stands_for or model.name)
    return AzureModel(
        id=azure_model_name(model.name),
        created_at=model.created_at,
        updated_at=model.created_at,
        created=model.created_at,
        owned_by=model.owner,
        model=stands_for,
        fine_tune=model.job_id,
        capabilities=_capabilities(base),
        deprecation=_deprecation(base),
    )


def _deprecation(base: BaseModel | None) -> Deprecation:
    if base is None:
        return Deprecation(fine_tune=None, inference=None)
    return Deprecation(fine_tune=_moment(base.deprecation or base.shutdown), inference=_moment(base.shutdown))


def _moment(day: str | None) -> int | None:
    """Give the day's first second in Greenwich."""
    return None if day is None else int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def _capabilities(base: BaseModel | None) -> Capabilities:
    """`None`: a base model that is no longer in the catalog can do nothing."""
    writes = base is not None and base.task == "text"
    return Capabilities(
        fine_tune=base is not None and bool(base.methods),
        inference=base is not None,
        completion=writes,
        chat_completion=writes,
        embeddings=base is not None and base.task == "embedding",
    )
