"""A validation row as a question with a known answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuneport.core import DataError
from tuneport.data import Example, Message

MAX_ANSWER_TOKENS = 2048
"""A model that never stops must end some time; a longer expected answer can't be given."""
_SPARE_TOKENS = 8

CountTokens = Callable[[Message, Sequence[dict[str, Any]]], int]
"""Tokens of an answer as the model writes it, its end included, where these tools are on offer."""


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


def answer_token_limit(questions: Sequence[Question], count_tokens: CountTokens) -> int:
    """Give the room that each answer gets: enough for the longest expected one, the same for every model."""
    longest = max(count_tokens(question.expected, question.tools) for question in questions)
    return min(MAX_ANSWER_TOKENS, longest + _SPARE_TOKENS)


def _read_question(row: Example) -> Question | None:
    for index in range(len(row.messages) - 1, -1, -1):
        message = row.messages[index]
        if message.role == "assistant" and message.weight != 0:
            return Question(row.line, row.messages[:index], row.tools, message)
    return None
