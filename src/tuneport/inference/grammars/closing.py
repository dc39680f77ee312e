"""Objects of a schema closed to properties that it does not name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MAPS = ("properties", "$defs", "definitions")
_CHOICES = ("anyOf", "oneOf")
_PROPERTIES_ELSEWHERE = frozenset(("$ref", "allOf", "anyOf", "oneOf", "patternProperties", "additionalProperties"))


def closed(schema: Any) -> Any:
    """Give a schema that takes no property beside those that it names, except where it says that it does.

    A property that nobody asked for satisfies most schemas, and a small model that begins to make some up ends late.
    """
    return _closed(schema, frozenset(_parts_of_objects(schema)), "#")


def _closed(schema: Any, open_places: frozenset[str], place: str) -> Any:
    """`place`: where the schema stands, as references name it; those at `open_places` are not closed themselves."""
    if not isinstance(schema, dict):
        return schema
    closer = dict(schema)
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            closer[key] = {
                name: _closed(child, open_places, f"{place}/{key}/{name}") for name, child in schema[key].items()
            }
    # A choice beside properties says more of the same object: closed, it would rule those properties out.
    for key in ("prefixItems",) if "properties" in schema else ("prefixItems", *_CHOICES):
        if isinstance(schema.get(key), list):
            closer[key] = [
                _closed(child, open_places, f"{place}/{key}/{index}") for index, child in enumerate(schema[key])
            ]
    if "items" in schema:
        closer["items"] = _closed(schema["items"], open_places, f"{place}/items")
    if place in open_places:
        return closer
    if "properties" in schema and not _PROPERTIES_ELSEWHERE & schema.keys() and not _requires_others(schema):
        closer["additionalProperties"] = False
    return closer


def _parts_of_objects(schema: Any) -> Iterator[str]:
    """Give the references that stand for a part of an object of which something else is said as well."""
    if isinstance(schema, list):
        for each in schema:
            yield from _parts_of_objects(each)
    if not isinstance(schema, dict):
        return
    for key in ("allOf", *_CHOICES) if "properties" in schema else ("allOf",):
        parts = schema[key] if isinstance(schema.get(key), list) else []
        references = (part.get("$ref") for part in parts if isinstance(part, dict))
        yield from (reference for reference in references if isinstance(reference, str))
    if "properties" in schema and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for value in schema.values():
        yield from _parts_of_objects(value)


def _requires_others(schema: dict[str, Any]) -> bool:
    """Whether a property must be there that is not declared: closed, the object could not be written at all."""
    required, properties = schema.get("required"), schema["properties"]
    if not (isinstance(required, list) and isinstance(properties, dict)):
        return False
    return any(name not in list(properties) for name in required)
