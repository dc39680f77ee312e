"""Between models of the workspace and models on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from tuneport.api.models.wire import ModelFacts, ModelList, ModelObject
from tuneport.workspace import Model


def model_object(model: Model) -> ModelObject:
    return ModelObject(id=model.name, created=model.created_at, owned_by=model.owner, tuneport=_facts(model))


def _facts(model: Model) -> ModelFacts | None:
    base_model = model.stands_for or model.base_model
    return ModelFacts(base_model=base_model, parity=model.parity) if base_model else None


def model_list(models: Iterable[Model]) -> ModelList:
    return ModelList(data=[model_object(model) for model in models])
