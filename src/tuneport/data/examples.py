"""Checked rows → `Example` and its kin, the shapes that everything after the file works with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from tuneport.core import DataError
from tuneport.data.content import joined_text
from tuneport.data.example import AnyExample, Example, Message, PreferenceExample, TextExample, ToolCall
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.formats import Format
from tuneport.data.preference import Answer, answer_key
from tuneport.data.problems import Findings
from tuneport.data.reading import read_rows
from tuneport.data.row_checks import RowChecks


def read_examples(path: Path, *, method: Literal["supervised", "dpo"] = "supervised") -> Iterator[AnyExample]:
    """Give the rows of a file one by one: `PreferenceExample`s for "dpo", else `Example`s or `TextExample`s.

    A file is wholly of one kind. Raises `DataError` with the line at the first row that is wrong.
    """
    mistake = find_file_mistake(path)
    if mistake is not None:
        raise DataError(f"{path.name}: {mistake.found}. {mistake.hint}".rstrip(), mistake.code)
    findings = Findings()
    checks = RowChecks(method, findings)
    for raw in read_rows(path):
        is_in_format = checks.check(raw)
        if findings.errors:
            problem = findings.errors[0]
            raise DataError(f"{path.name} {problem.message}", problem.code, problem.field or None)
        assert is_in_format, "a row in another format is an error"
        yield _example(raw.value, checks.format, raw.line)


def _example(row: dict[str, Any], row_format: Format, line: int) -> AnyExample:
    if row_format == "prompt_completion":
        return TextExample(line, row["prompt"], row["completion"])
    if row_format == "preference":
        return PreferenceExample(
            preferred=_pair_half(row, "preferred", line), non_preferred=_pair_half(row, "non_preferred", line)
        )
    return Example(line, _messages(row["messages"]), *_tools(row))


def _pair_half(row: dict[str, Any], answer: Answer, line: int) -> Example:
    messages = _messages([*row["input"]["messages"], *row[answer_key(row, answer)]])
    before = (replace(message, weight=0.0) if message.role == "assistant" else message for message in messages[:-1])
    return Example(line, (*before, replace(messages[-1], weight=1.0)), *_tools(row["input"]))


def _tools(row: dict[str, Any]) -> tuple[tuple[dict[str, Any], ...], bool]:
    """Give the declared tools, and whether several may be called at once."""
    tools = row.get("tools") or [{"type": "function", "function": function} for function in row.get("functions") or []]
    parallel = row.get("parallel_tool_calls")
    return tuple(tools), True if parallel is None else parallel


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
