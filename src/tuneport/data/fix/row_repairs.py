"""What is wrong in a row though its JSON is good, where there is only one way to put it right."""

from __future__ import annotations

from typing import Any

import orjson

from tuneport.data.chat import SURE_LIKENESS, are_messages, meant_role
from tuneport.data.fix.call_repairs import repair_calls
from tuneport.data.fix.exactness import check_exact
from tuneport.data.json_value import parse_json
from tuneport.data.preference import ANSWERS, answer_key
from tuneport.data.rules import ROLES

_LISTS = (("messages", "messages_not_list"), ("tools", "tools_not_list"), ("functions", "tools_not_list"))
"""Key, and the code of the check where there is no list under it."""


def repair_row(value: Any) -> tuple[Any, tuple[str, ...]]:
    """Give the repaired row and the codes of what was wrong; changes `value` in place where it can.

    Raises `UnrepairableError` for a list as text that would say something else as a list.
    """
    kinds: list[str] = []
    if are_messages(value):
        value = {"messages": value}
        kinds.append("row_not_object")
    if not isinstance(value, dict):
        return value, ()
    if "messages" not in value and are_messages(value.get("message")):
        value["messages"] = value.pop("message")
        kinds.append("missing_messages")
    for part in (value, value.get("input")):
        if isinstance(part, dict):
            kinds += _decode_lists(part)
            kinds += _repair_messages(part.get("messages"))
    for answer in ANSWERS:
        kinds += _repair_messages(value.get(answer_key(value, answer)))
    return value, tuple(kinds)


def _decode_lists(part: dict[str, Any]) -> list[str]:
    """Decode lists that stand as JSON text."""
    kinds = []
    for key, code in _LISTS:
        if isinstance(part.get(key), str):
            try:
                inner = parse_json(part[key])
            except orjson.JSONDecodeError:
                continue
            if isinstance(inner, list):
                check_exact(part[key])
                part[key] = inner
                kinds.append(code)
    return kinds


def _repair_messages(messages: Any) -> list[str]:
    kinds = []
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict):
            kinds += _repair_role(message)
            kinds += repair_calls(message)
    return kinds


def _repair_role(message: dict[str, Any]) -> list[str]:
    role = message.get("role")
    meant = meant_role(role, SURE_LIKENESS) if isinstance(role, str) and role not in ROLES else None
    if meant is None:
        return []
    message["role"] = meant
    return ["unknown_role"]
