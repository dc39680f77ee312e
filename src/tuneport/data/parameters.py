"""What a function's schema says of its arguments: names, and the types and enums at the top; no deeper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tuneport.data.json_text import json_text
from tuneport.data.problems import shown

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class _Parameter(NamedTuple):
    kinds: tuple[str, ...]
    """Types that are allowed; empty where any is."""
    python_types: frozenset[type]
    choices: frozenset[str | bytes | None] | None
    """What the enum allows, and `None` for what cannot be compared; `None` where there is no enum."""


_ANYTHING = _Parameter((), frozenset(), None)
_OF_ONE_KIND = {kind: _Parameter((kind,), frozenset(types), None) for kind, types in _PYTHON_TYPES.items()}


class Parameters:
    """A schema, looked at once however many calls of a row there are: either may fill most of a line."""

    def __init__(self, schema: Any) -> None:
        properties = schema.get("properties") if isinstance(schema, dict) else None
        self._schema: dict[str, Any] = schema if isinstance(properties, dict) else {}
        self._looked_at: dict[str, _Parameter | None] = {}
        self._required: tuple[str, ...] | None = None

    def differences(self, arguments: dict[str, Any]) -> Iterator[str]:
        """Give what is otherwise in the arguments; nothing where the schema declares no names."""
        if not self._schema:
            return
        if self._required is None:
            self._required = _read_required(self._schema.get("required"))
        for name in self._required:
            if name not in arguments:
                yield f"the required argument {shown(name)} is missing"
        for name, argument in arguments.items():
            if name not in self._schema["properties"]:
                yield f"the argument {shown(name)} is not declared"
                continue
            misfit = _misfit(argument, self._parameter(name))
            if misfit:
                yield f"the argument {shown(name)} is {shown(argument)}, {misfit}"

    def _parameter(self, name: str) -> _Parameter | None:
        if name not in self._looked_at:
            self._looked_at[name] = _read_parameter(self._schema["properties"][name])
        return self._looked_at[name]


def _read_required(given: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in given if isinstance(name, str))) if isinstance(given, list) else ()


def _read_parameter(schema: Any) -> _Parameter | None:
    if not isinstance(schema, dict):
        return None
    given, enum = schema.get("type"), schema.get("enum")
    if isinstance(given, str) and enum is None:
        return _OF_ONE_KIND.get(given, _ANYTHING)
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    # A type that no schema has allows anything.
    is_known = all(isinstance(kind, str) and kind in _PYTHON_TYPES for kind in listed)
    kinds = tuple(dict.fromkeys(listed)) if is_known else ()
    python_types = frozenset(python_type for kind in kinds for python_type in _PYTHON_TYPES[kind])
    choices = frozenset((None, *map(_comparable, enum))) if isinstance(enum, list) else None
    return _Parameter(kinds, python_types, choices)


def _misfit(argument: Any, parameter: _Parameter | None) -> str:
    """Say what is wrong with an argument; empty where nothing is."""
    if parameter is None:
        return ""
    if parameter.kinds and type(argument) not in parameter.python_types and not _is_whole_number(argument, parameter):
        return f"not of type {' or '.join(parameter.kinds)}"
    if parameter.choices is not None and _comparable(argument) not in parameter.choices:
        return "which is not in its enum"
    return ""


def _is_whole_number(argument: Any, parameter: _Parameter) -> bool:
    return "integer" in parameter.kinds and isinstance(argument, float) and argument.is_integer()


def _comparable(value: Any) -> str | bytes | None:
    """Give the same for values that JSON holds to be equal, such as 1 and 1.0; `None` for what cannot be written."""
    if isinstance(value, str):
        return value
    text = json_text(int(value) if isinstance(value, float) and value.is_integer() else value, sorts_keys=True)
    # A copy: what orjson gives holds on to four kilobytes, however short it is.
    return None if text is None else bytes(memoryview(text))
