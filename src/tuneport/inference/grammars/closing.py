"""Objects of a schema closed to properties that it does not name."""

from __future__ import annotations

from typing import Any

_MAPS = ("properties", "$defs", "definitions")
_CHOICES = ("anyOf", "oneOf")
_PROPERTIES_ELSEWHERE = frozenset(("$ref", "allOf", "anyOf", "oneOf", "patternProperties", "additionalProperties"))


def closed(schema: Any) -> Any:
    """Give a schema that takes no property beside those that it names, except where it says that it does.

    A property that nobody asked for satisfies most schemas, and a small model that begins to make some up ends late.
    """
    if not isinstance(schema, dict):
        return schema
    closer = dict(schema)
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            closer[key] = {name: closed(child) for name, child in schema[key].items()}
    # A choice beside properties says more of the same object: closed, it would rule those properties out.
    for key in ("prefixItems",) if "properties" in schema else ("prefixItems", *_CHOICES):
        if isinstance(schema.get(key), list):
            closer[key] = [closed(child) for child in schema[key]]
    if "items" in schema:
        closer["items"] = closed(schema["items"])
    if "properties" in schema and not _PROPERTIES_ELSEWHERE & schema.keys() and not _requires_others(schema):
        closer["additionalProperties"] = False
    return closer


def _requires_others(schema: dict[str, Any]) -> bool:
    """Whether a property must be there that is not declared: closed, the object could not be written at all."""
    required, properties = schema.get("required"), schema["properties"]
    if not (isinstance(required, list) and isinstance(properties, dict)):
        return False
    return any(name not in list(properties) for name in required)
