"""Between models of the workspace and models on the wire."""

from __future__ import annotations

from collections.abc import Iterable

from tuneport.api.models.wire import AliasFacts, ModelList, ModelObject
from tuneport.workspace import Model


def model_object(model: Model) -> ModelObject:
    return ModelObject(id=model.name, created=model.created_at, owned_by=model.owner, tuneport=_alias_facts(model))


def _alias_facts(model: Model) -> AliasFacts | None:
    return AliasFacts(base_model=model.stands_for) if model.stands_for else None


def model_list(models: Iterable[Model]) -> ModelList:
    return ModelList(data=[model_object(model) for model in models])
