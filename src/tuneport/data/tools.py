"""The tools that a row declares, and the calls that its assistant makes."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from tuneport.data.arguments import check_arguments
from tuneport.data.parameters import Parameters
from tuneport.data.problems import Findings, shown
from tuneport.data.repair_commands import FIX, decode_hint

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_NAMED = 10

DeclaredTools = dict[str, Parameters] | None
"""Function name → its parameters; `None` where the declaration is so broken that calls cannot be judged by it."""


def check_declared_tools(row: dict[str, Any], findings: Findings) -> DeclaredTools:
    """Check `tools`, the older `functions` and `parallel_tool_calls`, and give what is declared."""
    if not isinstance(row.get("parallel_tool_calls"), bool | None):
        found = f"'parallel_tool_calls' is {shown(row['parallel_tool_calls'])}"
        findings.add("parallel_not_bool", "parallel_tool_calls", found)
    if row.get("tools") is not None and row.get("functions") is not None:
        findings.add("tools_twice", "functions", "the row has 'tools' and 'functions'")
    field = "functions" if row.get("tools") is None and row.get("functions") is not None else "tools"
    tools = row.get(field)
    if tools is None:
        return {}
    if not isinstance(tools, list):
        findings.add("tools_not_list", field, f"{field!r} is {shown(tools)}", decode_hint(tools))
        return None
    return _declared(tools, field, findings)


def check_calls(message: dict[str, Any], index: int, tools: DeclaredTools, findings: Findings) -> None:
    """Check the calls of one assistant message, also one in the older `function_call`."""
    older = message.get("function_call")
    if older is not None:
        _check_function(older, f"messages[{index}].function_call", index, tools, findings)
    calls = message.get("tool_calls")
    if calls is None:
        return
    if not isinstance(calls, list):
        findings.add("malformed_call", f"messages[{index}].tool_calls", f"'tool_calls' is {shown(calls)}")
        return
    seen: set[str] = set()
    for position, call in enumerate(calls):
        _check_call(call, f"messages[{index}].tool_calls[{position}]", index, seen, tools, findings)


def check_one_call_each(messages: list[dict[str, Any]], findings: Findings) -> None:
    """Warn where a row that forbids parallel calls has several in one message."""
    for index, message in enumerate(messages):
        calls = message.get("tool_calls")
        if isinstance(calls, list) and len(calls) > 1:
            found = f"message {index + 1} makes {len(calls)} calls at once"
            findings.add("calls_not_parallel", f"messages[{index}].tool_calls", found)


def _declared(tools: list[Any], field: str, findings: Findings) -> DeclaredTools:
    declared: dict[str, Parameters] = {}
    is_whole = True
    for position, tool in enumerate(tools):
        function = tool if field == "functions" else _function_of(tool)
        problem = _what_lacks(function)
        if problem:
            findings.add("malformed_tool", f"{field}[{position}]", f"tool {position + 1} {problem}")
            is_whole = False
            continue
        name = function["name"]
        if not _NAME.fullmatch(name):
            findings.add("malformed_tool_name", f"{field}[{position}]", f"tool {position + 1} is named {shown(name)}")
        if name in declared:
            findings.add("repeated_tool", f"{field}[{position}]", f"tool {position + 1} is named {shown(name)} again")
        declared[name] = Parameters(function.get("parameters"))
    return declared if is_whole else None


def _function_of(tool: Any) -> Any:
    return tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None


def _what_lacks(function: Any) -> str:
    if not isinstance(function, dict):
        return "has no 'function' object, or not the type 'function'"
    if not isinstance(function.get("name"), str):
        return "has no name"
    if not isinstance(function.get("parameters", {}), dict | None):
        return f"has the parameters {shown(function['parameters'])}"
    return ""


def _check_call(call: Any, field: str, index: int, seen: set[str], tools: DeclaredTools, findings: Findings) -> None:
    if not isinstance(call, dict) or call.get("type") != "function":
        found = f"a call of message {index + 1} is {shown(call)} without the type 'function'"
        is_without = isinstance(call, dict) and "type" not in call and isinstance(call.get("function"), dict)
        findings.add("malformed_call", field, found, FIX if is_without else "")
        return
    call_id = call.get("id")
    if not isinstance(call_id, str) or not call_id:
        findings.add("malformed_call", f"{field}.id", f"a call of message {index + 1} has no id")
    elif call_id in seen:
        findings.add(
            "repeated_call_id", f"{field}.id", f"two calls of message {index + 1} have the id {shown(call_id)}"
        )
    else:
        seen.add(call_id)
    _check_function(call.get("function"), f"{field}.function", index, tools, findings)


def _check_function(function: Any, field: str, index: int, tools: DeclaredTools, findings: Findings) -> None:
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(name, str):
        findings.add("malformed_call", field, f"a call of message {index + 1} has no function name")
        return
    if tools is not None and name not in tools:
        known = ", ".join(map(shown, islice(tools, _MOST_NAMED)))
        hint = f"Declared are {known}." if known else "The row declares no tools."
        findings.add("tool_not_declared", f"{field}.name", f"message {index + 1} calls {shown(name)}", hint)
    parameters = tools.get(name) if tools else None
    check_arguments(function.get("arguments"), parameters, f"{field}.arguments", index, findings)
