"""The seam between a comparison and whatever answers: a base model, a tuned one, or a fake in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tuneport.data import Message, ToolCall


@dataclass(frozen=True)
class Answer:
    text: str | None
    tool_calls: tuple[ToolCall, ...]
    seconds: float
    """From the request to its last token."""
    prompt_tokens: int


class Completer(Protocol):
    def complete(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], *, max_tokens: int) -> Answer:
        """Answer the conversation, greedily; called from several threads at once.

        Raises `InvalidRequest` with code `context_length_exceeded` where the prompt is too long for the model.
        """
        ...

    def complete_text(self, prompt: str, *, max_tokens: int) -> Answer:
        """Go on with raw text, for which no chat template is used; else as `complete`."""
        ...


def show_answer(text: str | None, tool_calls: Sequence[ToolCall]) -> str:
    """Give an answer as a person reads it: the text, then each call as `name(arguments)`, one a line."""
    calls = [f"{call.name}({call.arguments})" for call in tool_calls]
    return "\n".join([text, *calls] if text else calls)
