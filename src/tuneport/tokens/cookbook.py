"""Tokens as OpenAI's cookbook counts them, by a rule of thumb for chat rows, and what it says would be billed.

Source: cookbook "Data preparation and analysis for chat fine-tuning".
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuneport.config import auto_epochs
from tuneport.data import AnyExample, Example, Message
from tuneport.tokens.openai_encoding import OPENAI_ENCODING, CountTexts
from tuneport.tokens.spread import Spread, measure_spread

TOKENS_PER_ROW = 3
TOKENS_PER_MESSAGE = 3
TOKENS_PER_NAME = 1
LIMITS = (4_096, 16_385, 65_536)
"""Longest rows of OpenAI's models, the oldest first; the cookbook prints its numbers for the first."""


@dataclass(frozen=True)
class Billing:
    """What a job on a model with this limit would be billed."""

    longest_row_tokens: int
    """What a row has more is cut."""
    n_rows_cut: int
    tokens_per_epoch: int
    tokens: int


@dataclass(frozen=True)
class CookbookCount:
    encoding: str
    n_rows: int
    tokens: Spread
    """Of a row, with what the rule adds for each message."""
    answer_tokens: Spread
    """Of the assistant's texts in a row."""
    n_rows_without_system: int
    n_rows_without_user: int
    n_epochs: int
    """By OpenAI's rule, or as it was asked for."""
    billing: tuple[Billing, ...]
    """One for each limit of OpenAI's models."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Cookbook:
    """Counts chunk by chunk; rows that are no chat rows are left out."""

    def __init__(self, count_texts: CountTexts) -> None:
        self._count_texts = count_texts
        self._tokens = array("q")
        self._answer_tokens = array("q")
        self._n_without_system = 0
        self._n_without_user = 0

    def add(self, examples: Sequence[AnyExample]) -> None:
        chats = [example for example in examples if isinstance(example, Example)]
        counts = iter(self._count_texts([text for chat in chats for text, _ in _texts(chat)]))
        for chat in chats:
            self._add_chat(chat, [(next(counts), is_answer) for _, is_answer in _texts(chat)])

    def result(self, n_epochs: int | None = None) -> CookbookCount | None:
        """Give what was counted; `None` where no row is a chat row. `n_epochs`: `None` takes OpenAI's rule."""
        tokens = np.array(self._tokens, np.int64)
        spread, answers = measure_spread(tokens), measure_spread(np.array(self._answer_tokens, np.int64))
        if spread is None or answers is None:
            return None
        n_epochs = n_epochs or auto_epochs(len(tokens))
        return CookbookCount(
            encoding=OPENAI_ENCODING,
            n_rows=len(tokens),
            tokens=spread,
            answer_tokens=answers,
            n_rows_without_system=self._n_without_system,
            n_rows_without_user=self._n_without_user,
            n_epochs=n_epochs,
            billing=tuple(_bill(tokens, limit, n_epochs) for limit in LIMITS),
        )

    def _add_chat(self, chat: Example, counts: Sequence[tuple[int, bool]]) -> None:
        names = sum(message.name is not None for message in chat.messages)
        marks = TOKENS_PER_ROW + TOKENS_PER_MESSAGE * len(chat.messages) + TOKENS_PER_NAME * names
        self._tokens.append(marks + sum(count for count, _ in counts))
        self._answer_tokens.append(sum(count for count, is_answer in counts if is_answer))
        roles = {message.role for message in chat.messages}
        self._n_without_system += "system" not in roles
        self._n_without_user += "user" not in roles


def _bill(tokens: NDArray[np.int64], limit: int, n_epochs: int) -> Billing:
    per_epoch = int(np.minimum(tokens, limit).sum())
    return Billing(limit, int((tokens > limit).sum()), per_epoch, per_epoch * n_epochs)


def _texts(chat: Example) -> list[tuple[str, bool]]:
    """Give the texts of a row, each with whether the assistant says it. The cookbook stops at tool calls; we go on."""
    return [text for message in chat.messages for text in _texts_of(message)]


def _texts_of(message: Message) -> list[tuple[str, bool]]:
    calls = [part for call in message.tool_calls for part in (call.name, call.arguments)]
    said = [(message.content or "", message.role == "assistant")]
    return [(message.role, False), *said, *((text, False) for text in (*calls, message.name) if text)]
