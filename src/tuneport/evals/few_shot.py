"""What prompting alone can do: a few training rows shown to the base model as earlier turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeVar

from tuneport.core import Check
from tuneport.data import Example, Message, TextExample
from tuneport.evals.completer import Answer, Completer
from tuneport.evals.question import AnswerRoom, Question

N_FEW_SHOT_ROWS = 5
BETWEEN_TEXTS = ("\n\n", "\n\n###\n\n", "\n\n=====\n\n")
"""Between examples of raw text stands the first that is in none; where a model writes it, the next would begin."""
Row = TypeVar("Row", bound=Example | TextExample)
_INSTRUCTION_ROLES = frozenset({"system", "developer"})


class FewShotCompleter:
    """Asks `completer` with `examples` between the row's own instructions and the rest of the row, or before a prompt.

    Each kind of question gets the examples of its kind. Where an example's instructions are not those of the row, as
    where they hold what the answer is taken from, they stay with it, before what its user says.
    """

    def __init__(self, completer: Completer, examples: Sequence[Example | TextExample]) -> None:
        self._completer = completer
        self._dialogues = [_Dialogue.of(row.messages) for row in examples if isinstance(row, Example)]
        self._earlier_texts = [row.prompt + row.completion for row in examples if isinstance(row, TextExample)]
        unused = (each for each in BETWEEN_TEXTS if not any(each in text for text in self._earlier_texts))
        self._between = next(unused, BETWEEN_TEXTS[-1])

    def complete(self, question: Question, room: AnswerRoom, check: Check) -> Answer:
        if question.prompt is not None:
            whole = self._between.join([*self._earlier_texts, question.prompt])
            answer = self._completer.complete(replace(question, prompt=whole), room, check)
            return replace(answer, text=(answer.text or "").partition(self._between)[0])
        instructions = tuple(takewhile(_is_instruction, question.messages))
        own = _Dialogue.of(instructions).instructions
        earlier = (turn for dialogue in self._dialogues for turn in dialogue.turns_beside(own))
        messages = (*instructions, *earlier, *question.messages[len(instructions) :])
        return self._completer.complete(replace(question, messages=messages), room, check)


def choose_examples(training_rows: Sequence[Row], *, n_rows: int = N_FEW_SHOT_ROWS, seed: int = 0) -> list[Row]:
    """Choose rows for the prompt; one seed gives one choice, the same for every question. All, if there are fewer."""
    count = min(n_rows, len(training_rows))
    chosen = random.Random(seed).sample(range(len(training_rows)), count)
    return [training_rows[index] for index in sorted(chosen)]


@dataclass(frozen=True)
class _Dialogue:
    """An example, its instructions apart from what is said."""

    instructions: str
    turns: tuple[Message, ...]

    @classmethod
    def of(cls, messages: Sequence[Message]) -> _Dialogue:
        instructions = "\n\n".join(each.content for each in messages if _is_instruction(each) and each.content)
        return cls(instructions, tuple(each for each in messages if not _is_instruction(each)))

    def turns_beside(self, instructions: str) -> tuple[Message, ...]:
        """Give what is said, for a prompt that begins with `instructions`."""
        if self.instructions in ("", instructions):
            return self.turns
        before, rest = self.turns[:1], self.turns[1:]
        if not before or before[0].role != "user":
            return (Message("user", self.instructions), *self.turns)
        return (replace(before[0], content=f"{self.instructions}\n\n{before[0].content or ''}"), *rest)


def _is_instruction(message: Message) -> bool:
    return message.role in _INSTRUCTION_ROLES
