"""Is an answer right? Text by its characters, JSON and tool calls by their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from tuneport.data import Message, ToolCall
from tuneport.evals.completer import Answer


def is_right(expected: Message, answer: Answer) -> bool:
    """Compare an answer with the row's own.

    Calls: the same names with the same argument values, in any order; text beside a call is not judged.
    Text that is a JSON object or list: the same value. Other text: the same characters, outer white space apart.
    """
    if expected.tool_calls or answer.tool_calls:
        return _same_calls(expected.tool_calls, answer.tool_calls)
    expected_text = (expected.content or "").strip()
    answer_text = (answer.text or "").strip()
    if expected_text == answer_text:
        return True
    expected_value = _parse(expected_text)
    return isinstance(expected_value, dict | list) and same_value(expected_value, _parse(answer_text))


def same_value(left: Any, right: Any) -> bool:
    """Say whether two JSON values are equal: order of keys is free, 1 equals 1.0, `true` does not equal 1."""
    # A stack, not recursion: a model's output may be nested deeper than Python's call stack.
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs.extend((one[key], other[key]) for key in one)
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, dict | list) or isinstance(one, bool) is not isinstance(other, bool) or one != other:
            return False
    return True


def _same_calls(expected: Sequence[ToolCall], actual: Sequence[ToolCall]) -> bool:
    left = list(actual)
    for wanted in expected:
        match = next((call for call in left if _same_call(wanted, call)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _same_call(expected: ToolCall, actual: ToolCall) -> bool:
    if expected.name != actual.name:
        return False
    if expected.arguments == actual.arguments:
        return True
    value = _parse_arguments(expected.arguments)
    return value is not _NOT_JSON and same_value(value, _parse_arguments(actual.arguments))


_NOT_JSON = object()


def _parse_arguments(arguments: str) -> Any:
    """Some training files hold arguments that were encoded twice, as JSON text inside a JSON string."""
    if not arguments.strip():
        return {}
    value = _parse(arguments)
    return _parse(value) if isinstance(value, str) else value


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return _NOT_JSON
