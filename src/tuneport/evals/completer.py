"""The seam between a comparison and whatever answers: a base model, a tuned one, or a fake in a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tuneport.core import Check
from tuneport.data import ToolCall
from tuneport.evals.question import AnswerRoom, Question

TOO_LONG = "context_length_exceeded"
"""Code of the error for a prompt that leaves no room for the answer."""


@dataclass(frozen=True)
class Answer:
    text: str | None
    tool_calls: tuple[ToolCall, ...]
    prompt_tokens: int


class Completer(Protocol):
    def complete(self, question: Question, room: AnswerRoom, check: Check) -> Answer:
        """Answer the question, greedily; called from several threads at once. What `check` raises ends it.

        Takes no more than `room.most` tokens, or what the model's context has left.
        Raises `InvalidRequest` with code `TOO_LONG` where that is less than `room.least`, and for what can't be asked;
        `EngineFailed` where the engine is full, died, or can't answer this.
        """
        ...


def show_answer(text: str | None, tool_calls: Sequence[ToolCall]) -> str:
    """Give an answer as a person reads it: the text, then each call as `name(arguments)`, one a line."""
    calls = [f"{call.name}({call.arguments})" for call in tool_calls]
    return "\n".join([text, *calls] if text else calls)
