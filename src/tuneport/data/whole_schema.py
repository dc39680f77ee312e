"""A function's parameters as the JSON Schema that they are: nested objects, lists, choices and references."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tuneport.data.json_text import json_text

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

# A hostile row may multiply what it costs to look at it: by references to references, and schema by arguments.
_MOST_REFERENCES = 16
_MOST_SCHEMA_BYTES = 2**16
_MOST_BYTES_SQUARED = 2**26
_MESSAGE_CHARACTERS = 160
_FLAT_KEYS = frozenset({"type", "enum", "description", "title", "default", "examples", "format"})
_FLAT_LIST_KEYS = _FLAT_KEYS | {"items"}
_FLAT_TOP_KEYS = frozenset(
    {"type", "properties", "required", "description", "title", "$schema", "additionalProperties"}
)


def is_flat(schema: dict[str, Any]) -> bool:
    """Say whether types, enums and names at the top, and types of items, are all that the schema has: most are so."""
    if not schema.keys() <= _FLAT_TOP_KEYS or isinstance(schema.get("additionalProperties"), dict):
        return False
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return True
    return all(not isinstance(one, dict) or _is_flat_parameter(one) for one in properties.values())


def _is_flat_parameter(schema: dict[str, Any]) -> bool:
    if schema.keys() <= _FLAT_KEYS:
        return True
    items = schema.get("items")
    return schema.keys() <= _FLAT_LIST_KEYS and isinstance(items, dict) and items.keys() <= _FLAT_KEYS


class WholeSchema:
    """Compiled with the first arguments that need it."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._text = json_text(schema) or b""

    def differences(self, arguments: dict[str, Any]) -> Iterator[str]:
        """Give what is otherwise in the arguments, or what is wrong in the schema; nothing where it costs too much."""
        validator, mistake = self._compiled
        if mistake:
            yield mistake
        given = json_text(arguments)
        if validator is None or given is None or len(given) * len(self._text) > _MOST_BYTES_SQUARED:
            return
        for error in validator.iter_errors(arguments):
            where = ".".join(map(str, error.instance_path))
            yield f"the argument {where!r}: {_short(error.message)}" if where else _short(error.message)

    @cached_property
    def _compiled(self) -> tuple[Draft202012Validator | None, str]:
        # It takes a moment to import, which most files need not wait for.
        from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

        n_references = self._text.count(b'"$ref"') + self._text.count(b'"$dynamicRef"')
        if not 0 < len(self._text) <= _MOST_SCHEMA_BYTES or n_references > _MOST_REFERENCES:
            return None, ""
        try:
            return Draft202012Validator(self._schema, retriever=_fetch_nothing, pattern_options=RegexOptions()), ""
        except ValidationError as error:
            # Patterns that look ahead, and schemas that lie elsewhere, are good, and not followed.
            if "regex" in error.message or error.message.startswith("Resource "):
                return None, ""
            return None, f"the function's parameters are no JSON Schema: {_short(error.message)}"
        except ValueError:
            # Nested deeper than is followed.
            return None, ""


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not in the row")


def _short(message: str) -> str:
    return message if len(message) <= _MESSAGE_CHARACTERS else f"{message[:_MESSAGE_CHARACTERS]}..."
