"""Tool calls whose type is missing, or whose arguments are not text that was encoded once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from tuneport.data.json_text import json_text
from tuneport.data.json_value import parse_json


def repair_calls(message: dict[str, Any]) -> list[str]:
    """Repair the calls of a message in place, and give the codes of what was wrong."""
    kinds = []
    given = message.get("tool_calls")
    for call in given if isinstance(given, list) else ():
        if isinstance(call, dict) and "type" not in call and isinstance(call.get("function"), dict):
            call["type"] = "function"
            kinds.append("malformed_call")
    for function in _functions(message):
        kinds += _repair_arguments(function)
    return kinds


def _functions(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what is called, also by the older `function_call`."""
    given = message.get("tool_calls")
    calls = given if isinstance(given, list) else []
    for function in (*(call.get("function") for call in calls if isinstance(call, dict)), message.get("function_call")):
        if isinstance(function, dict):
            yield function


def _repair_arguments(function: dict[str, Any]) -> list[str]:
    arguments = function.get("arguments")
    text = json_text(arguments) if isinstance(arguments, dict) else None
    if text is not None:
        function["arguments"] = text.decode()
        return ["arguments_not_text"]
    inner = _decoded(arguments)
    if isinstance(inner, str) and isinstance(_decoded(inner), dict):
        function["arguments"] = inner
        return ["arguments_double_encoded"]
    return []


def _decoded(text: Any) -> Any:
    """Give the JSON value of a text; `None` where there is none."""
    if not isinstance(text, str):
        return None
    try:
        return parse_json(text)
    except orjson.JSONDecodeError:
        return None
