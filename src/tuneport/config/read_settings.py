"""Settings from where an owner may put them: the environment, and a file in the home folder."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from tuneport.config.settings import Settings
from tuneport.core import InvalidRequest

FILE_NAME = "settings.toml"
PREFIX = "TUNEPORT_"
NO_VALUE = "none"
"""What stands for `None`: no limit, or nothing chosen."""
_GIVEN_BY_OPTIONS = frozenset({"home", "host", "port", "until_unused"})
_ORGANIZATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAMES = tuple(field.name for field in fields(Settings) if field.name not in _GIVEN_BY_OPTIONS)
"""What can be set in these two places; of the others each has an option of `tuneport serve`."""


def read_settings(environment: Mapping[str, str], home: Path, **options: Any) -> Settings:
    """Give the settings of a server on `home`; an option goes before the environment, that before the file.

    Raises `InvalidRequest` for a file that can't be read, an unknown name in it, or a value that is none.
    """
    given = {name: (value, str(home / FILE_NAME)) for name, value in _read_file(home / FILE_NAME).items()}
    for name in NAMES:
        if text := environment.get(PREFIX + name.upper()):
            given[name] = (text, f"the environment's {PREFIX}{name.upper()}")
    values = {name: _checked(name, value, where) for name, (value, where) in given.items()}
    return Settings(home=home, **(values | options))


def _read_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path}: not TOML: {error}. Correct it.", code="invalid_settings") from error
    unknown = sorted(values.keys() - set(NAMES))
    if unknown:
        raise InvalidRequest(
            f"{path}: no setting is called {unknown[0]!r}. There are: {', '.join(NAMES)}.", code="unknown_setting"
        )
    return values


def _checked(name: str, value: Any, where: str) -> Any:
    """Give the value as the setting's type. Numbers of the environment come as text."""
    kind = get_type_hints(Settings)[name]
    try:
        checked = TypeAdapter(kind).validate_python(None if value == NO_VALUE and _may_be_none(kind) else value)
    except ValidationError as error:
        raise _refusal(name, value, where, error.errors()[0]["msg"].lower()) from error
    if isinstance(checked, int) and not isinstance(checked, bool) and checked < 1:
        raise _refusal(name, value, where, "input should be at least 1")
    if isinstance(checked, float) and not 0 <= checked < math.inf:
        raise _refusal(name, value, where, "input should be 0 or more")
    if name == "organization" and not _ORGANIZATION.fullmatch(checked):
        raise _refusal(name, value, where, "it becomes part of models' names, so use letters, digits, '.', '_' or '-'")
    return checked


def _refusal(name: str, value: Any, where: str, reason: str) -> InvalidRequest:
    shown = "(not shown)" if name == "api_key" else repr(value)
    return InvalidRequest(
        f"{where}: {name!r} is {shown}: {reason}. docs/settings.md has every setting.", code="invalid_setting"
    )


def _may_be_none(kind: Any) -> bool:
    return type(None) in getattr(kind, "__args__", ())
