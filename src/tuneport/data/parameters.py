"""What a function's schema says of its arguments: names, types and enums at the top, and then all else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from tuneport.data.json_text import json_text
from tuneport.data.problems import shown
from tuneport.data.whole_schema import WholeSchema, is_flat

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}

_ELSEWHERE = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"})
"""What may declare names beside `properties`."""


class _Parameter(NamedTuple):
    kinds: tuple[str, ...]
    """Types that are allowed; empty where any is."""
    python_types: frozenset[type]
    choices: frozenset[str | bytes | None] | None
    """What the enum allows, and `None` for what cannot be compared; `None` where there is no enum."""
    items: _Parameter | None = None
    """What a list may hold; `None` for anything."""


_ANYTHING = _Parameter((), frozenset(), None)
_OF_ONE_KIND = {kind: _Parameter((kind,), frozenset(types), None) for kind, types in _PYTHON_TYPES.items()}


class Parameters:
    """A schema, looked at once however many calls of a row there are: either may fill most of a line."""

    def __init__(self, schema: Any) -> None:
        properties = schema.get("properties") if isinstance(schema, dict) else None
        is_judged = isinstance(schema, dict) and (isinstance(properties, dict) or not _ELSEWHERE.isdisjoint(schema))
        self._schema: dict[str, Any] = schema if is_judged else {}
        self._properties: dict[str, Any] = properties if isinstance(properties, dict) else {}
        self._looked_at: dict[str, _Parameter | None] = {}
        self._required: tuple[str, ...] | None = None

    def differences(self, arguments: dict[str, Any]) -> Iterator[str]:
        """Give what is otherwise in the arguments; nothing where the schema declares no names."""
        if not self._schema:
            return
        is_fit = True
        for difference in self._differences_at_the_top(arguments):
            is_fit = False
            yield difference
        if is_fit and self._whole is not None:
            yield from self._whole.differences(arguments)

    @cached_property
    def _whole(self) -> WholeSchema | None:
        return None if is_flat(self._schema) else WholeSchema(self._schema)

    def _differences_at_the_top(self, arguments: dict[str, Any]) -> Iterator[str]:
        if self._required is None:
            self._required = _read_required(self._schema.get("required"))
        for name in self._required:
            if name not in arguments:
                yield f"the required argument {shown(name)} is missing"
        for name, argument in arguments.items():
            if name not in self._properties:
                if self._has_no_others:
                    yield f"the argument {shown(name)} is not declared"
                continue
            misfit = _misfit(argument, self._parameter(name))
            if misfit:
                yield f"the argument {shown(name)} is {shown(argument)}, {misfit}"

    @cached_property
    def _has_no_others(self) -> bool:
        """Whether the names at the top are all: a schema that does not say so is most often meant so."""
        return not self._schema.get("additionalProperties") and _ELSEWHERE.isdisjoint(self._schema)

    def _parameter(self, name: str) -> _Parameter | None:
        if name not in self._looked_at:
            self._looked_at[name] = _read_parameter(self._properties[name])
        return self._looked_at[name]


def _read_required(given: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in given if isinstance(name, str))) if isinstance(given, list) else ()


def _read_parameter(schema: Any) -> _Parameter | None:
    if not isinstance(schema, dict):
        return None
    given, enum = schema.get("type"), schema.get("enum")
    items = _read_parameter(schema["items"]) if isinstance(schema.get("items"), dict) else None
    if isinstance(given, str) and enum is None and items is None:
        return _OF_ONE_KIND.get(given, _ANYTHING)
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    # A type that no schema has allows anything.
    is_known = all(isinstance(kind, str) and kind in _PYTHON_TYPES for kind in listed)
    kinds = tuple(dict.fromkeys(listed)) if is_known else ()
    python_types = frozenset(python_type for kind in kinds for python_type in _PYTHON_TYPES[kind])
    choices = frozenset((None, *map(_comparable, enum))) if isinstance(enum, list) else None
    return _Parameter(kinds, python_types, choices, items)


def _misfit(argument: Any, parameter: _Parameter | None) -> str:
    """Say what is wrong with an argument; empty where nothing is."""
    if parameter is None:
        return ""
    if parameter.kinds and type(argument) not in parameter.python_types and not _is_whole_number(argument, parameter):
        return f"not of type {' or '.join(parameter.kinds)}"
    if parameter.choices is not None and _comparable(argument) not in parameter.choices:
        return "which is not in its enum"
    if parameter.items is not None and isinstance(argument, list):
        for item in argument:
            misfit = _misfit(item, parameter.items)
            if misfit:
                return f"with the item {shown(item)}, {misfit}"
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
