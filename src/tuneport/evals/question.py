"""A validation row as a question with a known answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuneport.core import Check, DataError
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
    parallel_tool_calls: bool = True
    """Otherwise an answer makes one call at most."""

    @property
    def shown(self) -> str:
        """What a person takes for the question: the prompt, or the last thing that the user said."""
        user_texts = [message.content for message in self.messages if message.role == "user" and message.content]
        return self.prompt or (user_texts[-1] if user_texts else "")


@dataclass(frozen=True)
class AnswerRoom:
    """How many tokens an answer may take."""

    least: int
    """What the expected answer takes: a model that has less left for it can't give it."""
    most: int
    """Enough for the longest expected answer, the same for every question and model."""


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


def measure_rooms(questions: Sequence[Question], count_tokens: CountTokens, check: Check) -> list[AnswerRoom]:
    """Give the room of each question's answer; what `check` raises ends it."""
    needed = []
    for question in questions:
        check()
        needed.append(min(MAX_ANSWER_TOKENS, count_tokens(question.expected, question.tools)))
    most = min(MAX_ANSWER_TOKENS, max(needed) + _SPARE_TOKENS)
    return [AnswerRoom(least, most) for least in needed]


def _read_question(row: Example | TextExample) -> Question | None:
    if isinstance(row, TextExample):
        return Question(row.line, (), (), Message("assistant", row.completion), prompt=row.prompt)
    for index in range(len(row.messages) - 1, -1, -1):
        message = row.messages[index]
        if message.role == "assistant" and message.weight != 0:
            before = row.messages[:index]
            return Question(row.line, before, row.tools, message, parallel_tool_calls=row.parallel_tool_calls)
    return None
