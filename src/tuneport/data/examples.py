"""Checked rows → `Example`, the one shape that everything after the file works with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from tuneport.core import DataError
from tuneport.data.chat import check_chat_row
from tuneport.data.content import joined_text
from tuneport.data.example import Example, Message, ToolCall
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.problems import Findings, shown
from tuneport.data.reading import RawRow, read_rows


def read_examples(path: Path, *, method: Literal["supervised", "dpo"] = "supervised") -> Iterator[Example]:
    """Give the rows of a chat file one by one. Raises `DataError` with the line at the first row that is wrong."""
    mistake = find_file_mistake(path)
    if mistake is not None:
        raise DataError(f"{path.name}: {mistake.found}. {mistake.hint}".rstrip(), mistake.code)
    for raw in read_rows(path):
        yield _example(_checked(raw, path.name), raw.line)


def _checked(raw: RawRow, file_name: str) -> dict[str, Any]:
    findings = Findings()
    findings.at(raw.line, raw.row)
    if raw.mistake is not None:
        findings.add(raw.mistake.code, "", raw.mistake.found, raw.mistake.hint)
    elif isinstance(raw.value, dict):
        check_chat_row(raw.value, findings)
    else:
        findings.add("row_not_object", "", f"the row is {shown(raw.value)}")
    if findings.errors:
        problem = findings.errors[0]
        raise DataError(f"{file_name} {problem.message}", problem.code, problem.field or None)
    return raw.value  # type: ignore[no-any-return]


def _example(row: dict[str, Any], line: int) -> Example:
    tools = row.get("tools") or [{"type": "function", "function": function} for function in row.get("functions") or []]
    parallel = row.get("parallel_tool_calls")
    return Example(line, _messages(row["messages"]), tuple(tools), True if parallel is None else parallel)


def _messages(rows: list[dict[str, Any]]) -> tuple[Message, ...]:
    messages: list[Message] = []
    id_of_older_call = ""
    for index, row in enumerate(rows):
        if row.get("function_call"):
            id_of_older_call = f"call_{index}"
        messages.append(_message(row, id_of_older_call))
    return tuple(messages)


def _message(row: dict[str, Any], id_of_older_call: str) -> Message:
    """`id_of_older_call`: the older `function_call` has no id, so it and the result after it get one."""
    is_older_result = row["role"] == "function"
    weight = row.get("weight")
    return Message(
        role="tool" if is_older_result else row["role"],
        content=joined_text(row.get("content")),
        tool_calls=_tool_calls(row, id_of_older_call),
        tool_call_id=id_of_older_call if is_older_result else row.get("tool_call_id"),
        name=row.get("name"),
        weight=1.0 if weight is None else float(weight),
    )


def _tool_calls(row: dict[str, Any], id_of_older_call: str) -> tuple[ToolCall, ...]:
    calls = [(call["id"], call["function"]) for call in row.get("tool_calls") or []]
    if row.get("function_call"):
        calls.append((id_of_older_call, row["function_call"]))
    return tuple(ToolCall(call_id, function["name"], function["arguments"]) for call_id, function in calls)
