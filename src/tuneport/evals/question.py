"""A validation row as a question with a known answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuneport.core import DataError
from tuneport.data import Example, Message, TextExample

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
    """All before the expected answer; none where `prompt` is given."""
    tools: tuple[dict[str, Any], ...]
    expected: Message
    prompt: str | None = None
    """Raw text to go on with, of a row of prompt and completion."""

    @property
    def shown(self) -> str:
        """What a person takes for the question: the prompt, or the last thing that the user said."""
        user_texts = [message.content for message in self.messages if message.role == "user" and message.content]
        return self.prompt or (user_texts[-1] if user_texts else "")


def read_questions(rows: Sequence[Example | TextExample]) -> list[Question]:
    """Give one question for each row that has an answer; raises `DataError` if no row has one.

    The answer is the last assistant message that a training run would learn from (`weight` not 0), or the completion.
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


def _read_question(row: Example | TextExample) -> Question | None:
    if isinstance(row, TextExample):
        return Question(row.line, (), (), Message("assistant", row.completion), prompt=row.prompt)
    for index in range(len(row.messages) - 1, -1, -1):
        message = row.messages[index]
        if message.role == "assistant" and message.weight != 0:
            return Question(row.line, row.messages[:index], row.tools, message)
    return None
