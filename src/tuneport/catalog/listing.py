"""Which base models there are: the shipped catalog, and what was imported into the home folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson

from tuneport.catalog.alias_file import read_aliases
from tuneport.catalog.record import BaseModel, base_model_from_json
from tuneport.config import Settings
from tuneport.core import NotFound

CATALOG_FILE = Path(__file__).with_name("models.json")
RECORD_FILE = "model.json"
"""Our record in the folder of a pulled model."""


def list_models(settings: Settings) -> list[BaseModel]:
    """Give the catalog's models in its order, then those imported into the home folder by name."""
    pulled = {model.name: model for model in _read_pulled(settings.models)}
    records = orjson.loads(CATALOG_FILE.read_bytes())["models"]
    shipped = [_as_owned(model, pulled.pop(model.name, model)) for model in map(base_model_from_json, records)]
    return shipped + sorted(pulled.values(), key=lambda model: model.name)


def find_model(name: str, settings: Settings) -> BaseModel:
    """Give the model of that name or alias, whatever its case. Raises `NotFound` with the names there are.

    An alias is a second name in the catalog, or one of the owner's own.
    """
    models = list_models(settings)
    owned = {alias.lower(): model for alias, model in read_aliases(settings).items()}
    for wanted in (name.lower(), owned.get(name.lower())):
        for model in models:
            if wanted in {known.lower() for known in (model.name, *model.aliases)}:
                return model
    names = ", ".join(repr(model.name) for model in models)
    raise NotFound(
        f"The base model {name!r} does not exist. Use one of {names}, "
        "or import another with `tuneport models pull hf:ORGANISATION/NAME`.",
        code="model_not_found",
        param="model",
    )


def model_folder(model: BaseModel, settings: Settings) -> Path:
    """Give where the model's files lie, or will lie once it is pulled."""
    return settings.models / model.name


def record_file(model: BaseModel, settings: Settings) -> Path:
    """Give where the record of the pulled model lies, in which its owner may change `deprecation` and `shutdown`."""
    return model_folder(model, settings) / RECORD_FILE


def is_pulled(model: BaseModel, settings: Settings) -> bool:
    return record_file(model, settings).exists()


def require_pulled(model: BaseModel, settings: Settings) -> None:
    """Raise `NotFound` for a base model that is not here."""
    if not is_pulled(model, settings):
        raise NotFound(
            f"The base model {model.name!r} is not on this machine yet. Run: tuneport models pull {model.name}",
            code="model_not_pulled",
            param="model",
        )


def base_model_at(folder: Path) -> BaseModel:
    """Give the record of the pulled model in `folder`."""
    return base_model_from_json(orjson.loads((folder / RECORD_FILE).read_bytes()))


def _as_owned(shipped: BaseModel, pulled: BaseModel) -> BaseModel:
    """Until when a model is offered and answers, its owner decides; the rest is the catalog's."""
    return replace(shipped, deprecation=pulled.deprecation, shutdown=pulled.shutdown)


def _read_pulled(models_dir: Path) -> list[BaseModel]:
    # pathlib's `*` also matches hidden folders, where a pull that is not finished lies.
    files = [file for file in models_dir.glob(f"*/{RECORD_FILE}") if not file.parent.name.startswith(".")]
    return [base_model_at(file.parent) for file in files]
