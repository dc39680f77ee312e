"""What prompting alone can do: a few training rows shown to the base model as earlier turns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from tuneport.data import Example, Message
from tuneport.evals.completer import Answer, Completer

N_FEW_SHOT_ROWS = 5
_INSTRUCTION_ROLES = frozenset({"system", "developer"})


class FewShotCompleter:
    """Asks `completer` with `examples` between the row's own instructions and the rest of the row."""

    def __init__(self, completer: Completer, examples: Sequence[Example]) -> None:
        self._completer = completer
        self._earlier_turns = [
            message for row in examples for message in row.messages if message.role not in _INSTRUCTION_ROLES
        ]

    def complete(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], *, max_tokens: int) -> Answer:
        instructions = list(takewhile(_is_instruction, messages))
        rest = messages[len(instructions) :]
        return self._completer.complete([*instructions, *self._earlier_turns, *rest], tools, max_tokens=max_tokens)


def choose_examples(training_rows: Sequence[Example], *, n_rows: int = N_FEW_SHOT_ROWS, seed: int = 0) -> list[Example]:
    """Choose rows for the prompt; one seed gives one choice, the same for every question. All, if there are fewer."""
    count = min(n_rows, len(training_rows))
    chosen = random.Random(seed).sample(range(len(training_rows)), count)
    return [training_rows[index] for index in sorted(chosen)]


def _is_instruction(message: Message) -> bool:
    return message.role in _INSTRUCTION_ROLES
