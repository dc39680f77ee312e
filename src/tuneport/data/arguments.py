"""The arguments of a tool call: JSON text of an object that fits the function's parameters."""

from __future__ import annotations

from itertools import islice
from typing import Any

import orjson

from tuneport.data.json_value import parse_json
from tuneport.data.parameters import Parameters
from tuneport.data.problems import Findings, shown
from tuneport.data.repair_commands import FIX

MOST_DIFFERENCES = 10
"""Of one call; a schema may have as many names as a line has room for, and so may a row have calls."""


def check_arguments(arguments: Any, parameters: Parameters | None, field: str, index: int, findings: Findings) -> None:
    """`parameters`: the function's, `None` if unknown."""
    for code, found, hint in find_argument_faults(arguments, parameters):
        who = f"message {index + 1}:" if code == "arguments_break_schema" else f"a call of message {index + 1} has"
        findings.add(code, field, f"{who} {found}", hint)


def find_argument_faults(arguments: Any, parameters: Parameters | None) -> list[tuple[str, str, str]]:
    """Give code, what was found, and a hint, of each fault in a call's arguments."""
    if not isinstance(arguments, str):
        hint = FIX if isinstance(arguments, dict) else ""
        return [("arguments_not_text", f"{shown(arguments)} as arguments", hint)]
    faults = []
    value, is_json = _parse(arguments)
    if isinstance(value, str):
        value, is_json = _parse(value)
        if isinstance(value, dict):
            found = f"JSON text inside JSON text: {shown(arguments)}"
            faults.append(("arguments_double_encoded", found, FIX))
        else:
            faults.append(("arguments_not_object", f"the text {shown(arguments)} as arguments", ""))
    elif not is_json:
        faults.append(("arguments_not_json", f"the arguments {shown(arguments)}", ""))
    elif not isinstance(value, dict):
        faults.append(("arguments_not_object", f"{shown(value)} as arguments", ""))
    if isinstance(value, dict) and parameters is not None:
        differences = islice(parameters.differences(value), MOST_DIFFERENCES)
        faults += [("arguments_break_schema", found, "") for found in differences]
    return faults


def _parse(text: str) -> tuple[Any, bool]:
    try:
        return parse_json(text), True
    except orjson.JSONDecodeError:
        return None, False
