"""Function calls in the model's own words: the text between `<tool_call>` and `</tool_call>`, read back into calls.

What `chatml_tools.jinja` writes, this reads; so do answers of the Hermes and Qwen 2.5 families.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tuneport.core import new_id
from tuneport.data import ToolCall

CALL_START = "<tool_call>"
_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_ARGUMENTS = re.compile(r'\{\s*"name"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"arguments"\s*:\s*(.*)\}', re.DOTALL)


@dataclass(frozen=True)
class ParsedAnswer:
    content: str | None
    """Text outside the calls; `None` if there is none and calls were made."""
    tool_calls: tuple[ToolCall, ...]


def parse_answer(text: str, tool_names: Sequence[str]) -> ParsedAnswer:
    """Split the model's text into content and calls of `tool_names`. A call that is not valid JSON, or that names
    another function, stays text: the caller sees what the model wrote.
    """
    calls: list[ToolCall] = []

    def take(match: re.Match[str]) -> str:
        call = _read_call(match.group(1), tool_names)
        if call is None:
            return match.group(0)
        calls.append(call)
        return ""

    content = _CALL.sub(take, text)
    if not calls:
        return ParsedAnswer(text, ())
    return ParsedAnswer(content.strip() or None, tuple(calls))


def _read_call(body: str, tool_names: Sequence[str]) -> ToolCall | None:
    try:
        call = json.loads(body)
    except ValueError:
        return None
    if not isinstance(call, dict) or call.get("name") not in tool_names or "arguments" not in call:
        return None
    return ToolCall(id=new_id("call_"), name=call["name"], arguments=_arguments_text(body, call["arguments"]))


def _arguments_text(body: str, arguments: Any) -> str:
    """Give the model's own characters where they can be told, so that the next turn renders what was said."""
    match = _ARGUMENTS.fullmatch(body)
    with suppress(ValueError):
        if match and json.loads(match.group(1)) == arguments:
            return match.group(1).strip()
    return json.dumps(arguments, ensure_ascii=False)
