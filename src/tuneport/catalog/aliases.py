"""The owner's own names for base models: who asks for a hosted model gets the local one that was chosen for it."""

from __future__ import annotations

import re
import threading

import orjson

from tuneport.catalog.alias_file import read_aliases
from tuneport.catalog.listing import find_model, list_models
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest, NotFound, write_atomic

# Neither colon nor slash: an alias becomes a part of tuned models' names and of addresses.
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_writing = threading.Lock()


def add_alias(alias: str, model: str, settings: Settings) -> str:
    """Let `alias` stand for a base model from now on; give that model's own name.

    Raises `InvalidRequest` for a name that can't be one, `NotFound` for an unknown model, `Conflict` where the name is
    a model's.
    """
    if not _ALIAS.fullmatch(alias):
        raise InvalidRequest(
            f"'alias' is {alias[:120]!r}. Use 1 to 96 letters, digits, '.', '_' and '-', and begin with a letter or "
            "digit.",
            code="invalid_alias",
            param="alias",
        )
    _refuse_known_name(alias, settings)
    target = find_model(model, settings)
    with _writing:
        _write(_without(alias, settings) | {alias: target.name}, settings)
    return target.name


def remove_alias(alias: str, settings: Settings) -> None:
    """Let the name stand for nothing; tuned models that have it in theirs stay. Raises `NotFound`."""
    with _writing:
        rest = _without(alias, settings)
        if len(rest) == len(read_aliases(settings)):
            raise NotFound(
                f"There is no alias {alias!r}. List them with `tuneport models list`.",
                code="alias_not_found",
                param="alias",
            )
        _write(rest, settings)


def find_alias(name: str, settings: Settings) -> str | None:
    """Give the alias as its owner spelled it, whatever the case of `name`; `None` if it is no alias."""
    return next((alias for alias in read_aliases(settings) if alias.lower() == name.lower()), None)


def _without(alias: str, settings: Settings) -> dict[str, str]:
    return {known: model for known, model in read_aliases(settings).items() if known.lower() != alias.lower()}


def _write(aliases: dict[str, str], settings: Settings) -> None:
    write_atomic(settings.aliases, orjson.dumps(aliases, option=orjson.OPT_INDENT_2))


def _refuse_known_name(alias: str, settings: Settings) -> None:
    for model in list_models(settings):
        if alias.lower() in {name.lower() for name in (model.name, *model.aliases)}:
            raise Conflict(
                f"The name {alias!r} is that of the base model {model.name!r}. Choose another alias.",
                code="alias_taken",
                param="alias",
            )
