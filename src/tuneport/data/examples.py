"""Checked rows → `Example` and its kin, the shapes that everything after the file works with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tuneport.core import DataError, NotFound
from tuneport.data.content import joined_text
from tuneport.data.example import AnyExample, Example, Message, PreferenceExample, TextExample, ToolCall
from tuneport.data.file_kind import require_json_lines
from tuneport.data.formats import Format, detect_format
from tuneport.data.preference import Answer, answer_key
from tuneport.data.problems import Findings
from tuneport.data.reading import OnRead, RawRow, find_row, read_rows, tell_nobody
from tuneport.data.row_checks import RowChecks
from tuneport.data.rules import MAX_LINE_BYTES
from tuneport.data.sound_rows import find_unsure_rows

Method = Literal["supervised", "dpo"]


def read_examples(path: Path, *, method: Method = "supervised", name: str | None = None) -> Iterator[AnyExample]:
    """Give the rows of a file one by one: `PreferenceExample`s for "dpo", else `Example`s or `TextExample`s.

    A file is wholly of one kind. `name`: what messages call it, if not by its path's name.
    Raises `DataError` with the line at the first row that is wrong.
    """
    name = name or path.name
    require_json_lines(path, name)
    findings = Findings()
    checks = RowChecks(method, findings)
    for raw in read_rows(path):
        yield _checked_example(raw, checks, findings, name)


class RefusedRow(NamedTuple):
    """A row that a job would refuse; the check says why."""

    line: int
    """Line in the file, from 1."""


def read_sound_examples(
    path: Path, *, method: Method = "supervised", name: str | None = None, on_read: OnRead = tell_nobody
) -> Iterator[AnyExample | RefusedRow]:
    """Give the rows of a file one by one, those that are wrong as no more than their line.

    `name`: as in `read_examples`. Raises `DataError` for a file that is no JSON lines at all.
    """
    name = name or path.name
    require_json_lines(path, name)
    findings = Findings()
    checks = RowChecks(method, findings)
    for raw in read_rows(path, on_read):
        is_sound = _is_surely_sound(raw, checks) or _is_without_error(raw, checks, findings)
        yield _example(raw.value, checks.format, raw.line) if is_sound else RefusedRow(raw.line)


def _is_surely_sound(raw: RawRow, checks: RowChecks) -> bool:
    return checks.is_format_of_method and not find_unsure_rows(checks.format, [raw.content], MAX_LINE_BYTES)


def _is_without_error(raw: RawRow, checks: RowChecks, findings: Findings) -> bool:
    n_errors = findings.n_errors
    return checks.check(raw) and findings.n_errors == n_errors


class NumberedExample(NamedTuple):
    line: int
    """Line in the file, from 1."""
    row: int
    """Row, from 1, blank lines not counted."""
    method: Method
    example: AnyExample


def read_example(
    path: Path,
    number: int,
    *,
    numbered_by: Literal["row", "line"] = "row",
    method: Method | None = None,
    name: str | None = None,
) -> NumberedExample:
    """Give one row of a file, as training would see it; the others are not looked at.

    `method`: `None` takes the one that rows of its format are for. `name`: as in `read_examples`.
    Raises `NotFound` where the file has no such row, `DataError` where the row is wrong.
    """
    name = name or path.name
    require_json_lines(path, name)
    raw = find_row(path, number, numbered_by=numbered_by)
    if raw is None:
        found = f"no row on line {number}" if numbered_by == "line" else f"no row {number}"
        raise NotFound(
            f"{name} has {found}. Rows count from 1, without blank lines; lines count with them.",
            code="row_not_found",
            param="row",
        )
    method = method or _method_of(raw.value)
    findings = Findings()
    example = _checked_example(raw, RowChecks(method, findings), findings, name)
    return NumberedExample(raw.line, raw.row, method, example)


def _method_of(row: Any) -> Method:
    return "dpo" if isinstance(row, dict) and detect_format(row) == "preference" else "supervised"


def _checked_example(raw: RawRow, checks: RowChecks, findings: Findings, file_name: str) -> AnyExample:
    is_in_format = checks.check(raw)
    if findings.errors:
        problem = findings.errors[0]
        raise DataError(f"{file_name} {problem.message}", problem.code, problem.field or None)
    assert is_in_format, "a row in another format is an error"
    return _example(raw.value, checks.format, raw.line)


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
    # By position: names cost a third more, and a file has millions of messages.
    return Message(
        "tool" if is_older_result else row["role"],
        joined_text(row.get("content")),
        _tool_calls(row, id_of_older_call) if "tool_calls" in row or "function_call" in row else (),
        id_of_older_call if is_older_result else row.get("tool_call_id"),
        row.get("name"),
        1.0 if weight is None else float(weight),
    )


def _tool_calls(row: dict[str, Any], id_of_older_call: str) -> tuple[ToolCall, ...]:
    calls = [(call["id"], call["function"]) for call in row.get("tool_calls") or []]
    if row.get("function_call"):
        calls.append((id_of_older_call, row["function_call"]))
    return tuple(ToolCall(call_id, function["name"], function["arguments"]) for call_id, function in calls)
