"""What prompting alone can do: a few training rows shown to the base model as earlier turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, TypeVar

from tuneport.data import Example, Message, TextExample
from tuneport.evals.completer import Answer, Completer

N_FEW_SHOT_ROWS = 5
BETWEEN_TEXTS = ("\n\n", "\n\n###\n\n", "\n\n=====\n\n")
"""Between examples of raw text stands the first that is in none; where a model writes it, the next would begin."""
Row = TypeVar("Row", bound=Example | TextExample)
_INSTRUCTION_ROLES = frozenset({"system", "developer"})


class FewShotCompleter:
    """Asks `completer` with `examples` between the row's own instructions and the rest of the row, or before a prompt.

    Each kind of question gets the examples of its kind.
    """

    def __init__(self, completer: Completer, examples: Sequence[Example | TextExample]) -> None:
        self._completer = completer
        self._earlier_turns = [
            message
            for row in examples
            if isinstance(row, Example)
            for message in row.messages
            if message.role not in _INSTRUCTION_ROLES
        ]
        self._earlier_texts = [row.prompt + row.completion for row in examples if isinstance(row, TextExample)]
        unused = (each for each in BETWEEN_TEXTS if not any(each in text for text in self._earlier_texts))
        self._between = next(unused, BETWEEN_TEXTS[-1])

    def complete(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], *, max_tokens: int) -> Answer:
        instructions = list(takewhile(_is_instruction, messages))
        rest = messages[len(instructions) :]
        return self._completer.complete([*instructions, *self._earlier_turns, *rest], tools, max_tokens=max_tokens)

    def complete_text(self, prompt: str, *, max_tokens: int) -> Answer:
        whole = self._between.join([*self._earlier_texts, prompt])
        answer = self._completer.complete_text(whole, max_tokens=max_tokens)
        return replace(answer, text=(answer.text or "").partition(self._between)[0])


def choose_examples(training_rows: Sequence[Row], *, n_rows: int = N_FEW_SHOT_ROWS, seed: int = 0) -> list[Row]:
    """Choose rows for the prompt; one seed gives one choice, the same for every question. All, if there are fewer."""
    count = min(n_rows, len(training_rows))
    chosen = random.Random(seed).sample(range(len(training_rows)), count)
    return [training_rows[index] for index in sorted(chosen)]


def _is_instruction(message: Message) -> bool:
    return message.role in _INSTRUCTION_ROLES
