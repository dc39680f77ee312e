"""Which base models a new job may train."""

from __future__ import annotations

from tuneport.catalog import BaseModel, find_model, record_file
from tuneport.config import Settings
from tuneport.core import InvalidRequest

PLANNED_METHODS = ("reinforcement",)


def trainable_model(name: str, method: str, settings: Settings, *, at: int) -> str:
    """Give the catalog's own name for the model that is asked for.

    Raises `NotFound`, or `InvalidRequest` where no job of that method can be made on it at the time `at`.
    """
    if method in PLANNED_METHODS:
        raise InvalidRequest(
            f"'method.type' is {method!r}, which is planned and not there yet. Use 'supervised' or 'dpo'.",
            code="method_planned",
            param="method.type",
        )
    model = find_model(name, settings)
    _require_method(model, method)
    _require_offered(model, settings, at)
    return model.name


def _require_method(model: BaseModel, method: str) -> None:
    if not model.methods:
        raise InvalidRequest(
            f"Model {model.name!r} makes embeddings and cannot be tuned. Choose a base model that writes text.",
            code="method_not_supported",
            param="model",
        )
    if method not in model.methods:
        raise InvalidRequest(
            f"Model {model.name!r} cannot be tuned by {method!r}. It can by: {', '.join(model.methods)}.",
            code="method_not_supported",
            param="model",
        )


def _require_offered(model: BaseModel, settings: Settings, at: int) -> None:
    if not model.takes_jobs(at):
        since = min(filter(None, (model.deprecation, model.shutdown)))
        raise InvalidRequest(
            f"Model {model.name!r} is not offered for new jobs since {since}. Choose another base model; the owner of "
            f"the server changes 'deprecation' and 'shutdown' in {record_file(model, settings)}.",
            code="model_deprecated",
            param="model",
        )
