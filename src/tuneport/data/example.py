"""One training row, whatever file format it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: str
    """JSON text, exactly as the row has it: the model is trained on these characters."""


@dataclass(frozen=True)
class Message:
    role: Role
    content: str | None = None
    """Text; a list of text parts is joined. `None` on an assistant message that only calls tools."""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    weight: float = 1.0
    """0 keeps an assistant message out of the loss."""


@dataclass(frozen=True)
class Example:
    line: int
    """Line in the source file, counted from 1."""
    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    """OpenAI's tool objects, `{"type": "function", "function": {...}}`."""
    parallel_tool_calls: bool = True


@dataclass(frozen=True)
class TextExample:
    """A row of raw text, for which no chat template is used. Only the completion carries loss."""

    line: int
    """Line in the source file, counted from 1."""
    prompt: str
    completion: str


@dataclass(frozen=True)
class PreferenceExample:
    """Two answers to one input, of which the first is to be preferred. Only the answers carry loss."""

    preferred: Example
    non_preferred: Example


AnyExample = Example | TextExample | PreferenceExample
