"""A validation row as a question with a known answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuneport.core import DataError
from tuneport.data import Example, Message

MAX_ANSWER_TOKENS = 512
_CHARACTERS_PER_TOKEN = 2
_SPARE_TOKENS = 16
_CALL_FRAME_CHARACTERS = 64
"""What a template writes around the name and the arguments of a call."""


@dataclass(frozen=True)
class Question:
    line: int
    """Line in the validation file, counted from 1."""
    messages: tuple[Message, ...]
    """All before the expected answer."""
    tools: tuple[dict[str, Any], ...]
    expected: Message


def read_questions(rows: Sequence[Example]) -> list[Question]:
    """Give one question for each row that has an answer; raises `DataError` if no row has one.

    The answer is the last assistant message that a training run would learn from (`weight` not 0).
    """
    questions = [question for row in rows if (question := _read_question(row)) is not None]
    if not questions:
        raise DataError(
            f"Nothing to compare: none of the {len(rows)} validation rows has an assistant message with a weight "
            "other than 0. Each row needs one, as its last assistant message.",
            code="no_expected_answers",
        )
    return questions


def answer_token_limit(questions: Sequence[Question]) -> int:
    """Give the room that each answer gets: enough for the longest expected one, the same for every model."""
    longest = max(_answer_characters(question.expected) for question in questions)
    return min(MAX_ANSWER_TOKENS, longest // _CHARACTERS_PER_TOKEN + _SPARE_TOKENS)


def _read_question(row: Example) -> Question | None:
    for index in range(len(row.messages) - 1, -1, -1):
        message = row.messages[index]
        if message.role == "assistant" and message.weight != 0:
            return Question(row.line, row.messages[:index], row.tools, message)
    return None


def _answer_characters(message: Message) -> int:
    calls = sum(len(call.name) + len(call.arguments) + _CALL_FRAME_CHARACTERS for call in message.tool_calls)
    return len(message.content or "") + calls
