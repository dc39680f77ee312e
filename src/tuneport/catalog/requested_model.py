"""What a pull was asked for: the record of a model that is not here yet."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tuneport.catalog.import_record import unknown_model
from tuneport.catalog.listing import find_model, list_models
from tuneport.catalog.record import BaseModel, FolderSource, HubSource, Source
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest

HUB_PREFIX = "hf:"
PATH_STARTS = ("/", ".", "~")
"""What a folder's path begins with; anything else is a name."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,95}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def requested_model(source: str, settings: Settings, name: str | None) -> BaseModel:
    """Give the catalog's record, or an empty one of a model to import. Raises as `pull` does."""
    if source.startswith(HUB_PREFIX):
        return _importable(_hub_source(source), source.partition("@")[0].rpartition("/")[2], settings, name)
    if source.startswith(PATH_STARTS):
        folder = _existing_folder(Path(source).expanduser())
        return _importable(FolderSource(str(folder)), folder.name, settings, name)
    model = find_model(source, settings)
    return model if name is None else replace(model, name=checked_name(name), aliases=())


def checked_name(name: str) -> str:
    """A model's name becomes a folder's name."""
    if _NAME.fullmatch(name):
        return name
    raise InvalidRequest(
        f"The name {name!r} cannot be a model's name. Use 1 to 96 small letters, digits, '.', '_' and '-', "
        "beginning with a letter or digit.",
        code="invalid_model_name",
        param="name",
    )


def _importable(source: Source, default_name: str, settings: Settings, name: str | None) -> BaseModel:
    wanted = checked_name(name or default_name.lower())
    for model in list_models(settings):
        if isinstance(source, HubSource) and name is None and source.repository in model.aliases:
            return replace(model, source=source)
        if model.name == wanted and not _is_same(source, model.source):
            raise Conflict(
                f"The name {wanted!r} belongs to another model, from {model.source}. Choose another with --name.",
                code="model_name_taken",
                param="name",
            )
        if model.name == wanted:
            return model
    return unknown_model(wanted, source)


def _is_same(wanted: Source, known: Source) -> bool:
    if isinstance(wanted, HubSource) and isinstance(known, HubSource) and wanted.revision is None:
        return wanted.repository == known.repository
    return wanted == known


def _hub_source(text: str) -> HubSource:
    repository, _, revision = text.removeprefix(HUB_PREFIX).partition("@")
    if _REPOSITORY.fullmatch(repository):
        return HubSource(repository, revision or None)
    raise InvalidRequest(
        f"The source {text!r} is not a repository of the hub. Use hf:ORGANISATION/NAME or "
        "hf:ORGANISATION/NAME@REVISION.",
        code="invalid_model_source",
        param="source",
    )


def _existing_folder(folder: Path) -> Path:
    if folder.is_dir():
        return folder.resolve()
    raise InvalidRequest(
        f"{folder}: there is no such folder. Give a folder with config.json, tokenizer.json and *.safetensors, a name "
        "of the catalog (`tuneport models list`), or hf:ORGANISATION/NAME.",
        code="invalid_model_source",
        param="source",
    )
