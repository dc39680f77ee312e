"""The arguments of a tool call: JSON text of an object that fits the function's parameters."""

from __future__ import annotations

from typing import Any

import orjson

from tuneport.data.problems import Findings, shown
from tuneport.data.repair_commands import FIX

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def check_arguments(arguments: Any, schema: Any, field: str, index: int, findings: Findings) -> None:
    """`schema`: the function's parameters, `None` if unknown."""
    who = f"a call of message {index + 1} has"
    if not isinstance(arguments, str):
        findings.add("arguments_not_text", field, f"{who} {shown(arguments)} as arguments", FIX)
        return
    value, is_json = _parse(arguments)
    if isinstance(value, str):
        value, is_json = _parse(value)
        if isinstance(value, dict):
            found = f"{who} JSON text inside JSON text: {shown(arguments)}"
            findings.add("arguments_double_encoded", field, found, FIX)
        else:
            findings.add("arguments_not_object", field, f"{who} the text {shown(arguments)} as arguments")
    elif not is_json:
        findings.add("arguments_not_json", field, f"{who} the arguments {shown(arguments)}")
    elif not isinstance(value, dict):
        findings.add("arguments_not_object", field, f"{who} {shown(value)} as arguments")
    if isinstance(value, dict) and isinstance(schema, dict):
        for found in _differences(value, schema):
            findings.add("arguments_break_schema", field, f"message {index + 1}: {found}")


def _parse(text: str) -> tuple[Any, bool]:
    try:
        return orjson.loads(text), True
    except orjson.JSONDecodeError:
        return None, False


def _differences(value: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """Compare names, top-level types and enums; deeper levels are left to the model."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return []
    required = schema.get("required")
    names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
    found = [f"the required argument {shown(name)} is missing" for name in names if name not in value]
    for name, argument in value.items():
        if name not in properties:
            found.append(f"the argument {shown(name)} is not declared")
        elif isinstance(properties[name], dict):
            found += _misfit(name, argument, properties[name])
    return found


def _misfit(name: str, argument: Any, schema: dict[str, Any]) -> list[str]:
    allowed = schema.get("type")
    kinds = [allowed] if isinstance(allowed, str) else allowed if isinstance(allowed, list) else []
    if kinds and not any(_is_of(argument, kind) for kind in kinds):
        return [f"the argument {shown(name)} is {shown(argument)}, not of type {' or '.join(map(str, kinds))}"]
    choices = schema.get("enum")
    if isinstance(choices, list) and argument not in choices:
        return [f"the argument {shown(name)} is {shown(argument)}, which is not in its enum"]
    return []


def _is_of(argument: Any, kind: Any) -> bool:
    types = _PYTHON_TYPES.get(kind) if isinstance(kind, str) else None
    if types is None:
        return True
    if isinstance(argument, bool):
        return bool in types
    return isinstance(argument, types) or (kind == "integer" and isinstance(argument, float) and argument.is_integer())
