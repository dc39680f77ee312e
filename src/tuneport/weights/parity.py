"""Whether a tuned model says the same wherever it runs: what it said when it was trained, and how others compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tuneport.core import write_atomic
from tuneport.weights.export_order import NumberFormat

REFERENCE_FILE = "reference_answers.json"
LIKELIEST_TOKENS = 20
"""So many tokens of each place are compared, which is also what OpenAI's clients may ask for."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GreedyAnswer(_Record):
    """An answer of a few tokens, each the likeliest, and what else was likely there."""

    prompt_ids: tuple[int, ...]
    token_ids: tuple[int, ...]
    """Up to the stop token, which is the last one where the answer came to its end."""
    likeliest: tuple[dict[int, float], ...]
    """For each token of the answer: token id → log-probability in nats, the likeliest first."""


class ReferenceAnswer(_Record):
    name: str
    prompt: dict[str, Any]
    """The prompt as JSON (`tokens.ParityPrompt`), to be rendered anew by who is compared."""
    answer: GreedyAnswer


class ReferenceAnswers(_Record):
    """What the training process answered with the weights of a checkpoint."""

    day: date | None = None
    """Which day the prompts were rendered for; `None` where nobody recorded it."""
    stop_token_ids: tuple[int, ...]
    numbers: NumberFormat = "f32"
    """What training computed in."""
    answers: tuple[ReferenceAnswer, ...]

    def write(self, checkpoint: Path) -> None:
        write_atomic(checkpoint / REFERENCE_FILE, self.model_dump_json().encode())

    @classmethod
    def read(cls, checkpoint: Path) -> ReferenceAnswers | None:
        """Give those of a checkpoint; `None` where the run that made it kept none."""
        file = checkpoint / REFERENCE_FILE
        return cls.model_validate_json(file.read_bytes()) if file.is_file() else None


class Parity(_Record):
    """The verdict on one place where a model runs."""

    runtime: str
    """"engine", or the format of an export."""
    is_equal: bool
    n_prompts: int
    n_tokens: int
    """Places in answers that were compared."""
    largest_difference: float
    """Of a log-probability, in nats, among the likeliest tokens."""
    tolerance: float
    difference: str | None = None
    """Where it is not the same, and how."""


LEAST_LOGPROB = -7.0
"""What the model expects less than once in a thousand times is never said, and rounds worst: it is not compared."""
TOLERANCES: dict[NumberFormat, float] = {"f32": 1e-3, "bf16": 0.5, "f16": 0.05, "q8_0": 0.5}
"""By how many nats a log-probability may differ, for each way to hold the weights."""


@dataclass(frozen=True)
class _Compared:
    n_tokens: int
    largest_difference: float
    text: str | None = None


def compare_answers(
    reference: ReferenceAnswers,
    found: Sequence[GreedyAnswer],
    stop_token_ids: Sequence[int],
    *,
    runtime: str,
    numbers: NumberFormat = "f32",
) -> Parity:
    """Give the verdict on `found`, the answers to the reference's prompts in their order.

    `numbers`: what they were computed from. The tolerance is that of these numbers or of training's, the larger one.
    """
    tolerance = max(TOLERANCES[numbers], TOLERANCES[reference.numbers])
    compared = [
        _compare(expected, answer, tolerance) for expected, answer in zip(reference.answers, found, strict=True)
    ]
    texts = [text for text in [_stops_text(reference, stop_token_ids), *(each.text for each in compared)] if text]
    return Parity(
        runtime=runtime,
        is_equal=not texts,
        n_prompts=len(compared),
        n_tokens=sum(each.n_tokens for each in compared),
        largest_difference=max((each.largest_difference for each in compared), default=0.0),
        tolerance=tolerance,
        difference=texts[0] if texts else None,
    )


def _stops_text(reference: ReferenceAnswers, stop_token_ids: Sequence[int]) -> str | None:
    expected, found = sorted(reference.stop_token_ids), sorted(stop_token_ids)
    return None if expected == found else f"answers end with the tokens {found}, and in training with {expected}"


def _compare(reference: ReferenceAnswer, found: GreedyAnswer, tolerance: float) -> _Compared:
    expected = reference.answer
    if found.prompt_ids != expected.prompt_ids:
        return _Compared(0, 0.0, f"{reference.name}: {_first_other_token(expected.prompt_ids, found.prompt_ids)}")
    largest, n_tokens = 0.0, 0
    for likely, found_likely in zip(expected.likeliest, found.likeliest, strict=False):
        token_id, nats = _largest_difference(likely, found_likely)
        largest, n_tokens = max(largest, nats), n_tokens + 1
        if nats > tolerance:
            values = f"{likely[token_id]:.4f} in training and {_value_text(found_likely, token_id)} here"
            where = f"{reference.name}: at token {n_tokens} of the answer"
            return _Compared(n_tokens, largest, f"{where} the log-probability of token {token_id} is {values}")
        if expected.token_ids[n_tokens - 1] != found.token_ids[n_tokens - 1]:
            # Within the tolerance, so both are as good as equally likely. From here on the answers part.
            break
    return _Compared(n_tokens, largest)


def _first_other_token(expected: Sequence[int], found: Sequence[int]) -> str:
    longest = max(len(expected), len(found))
    place = next(each for each in range(longest) if expected[each : each + 1] != found[each : each + 1])
    values = f"{_token_text(expected, place)} in training and {_token_text(found, place)} here"
    return f"token {place + 1} of the prompt is {values}"


def _token_text(token_ids: Sequence[int], place: int) -> str:
    return str(token_ids[place]) if place < len(token_ids) else "none"


def _value_text(likeliest: dict[int, float], token_id: int) -> str:
    if token_id in likeliest:
        return f"{likeliest[token_id]:.4f}"
    return f"below {min(likeliest.values()):.4f}"


def _largest_difference(expected: dict[int, float], found: dict[int, float]) -> tuple[int, float]:
    """Give the token whose log-probability differs most, and by how much.

    One that the other side does not list is at most as likely there as the last one listed.
    """
    floor = min(found.values())
    differences = {
        token_id: abs(value - found[token_id]) if token_id in found else max(0.0, value - floor)
        for token_id, value in expected.items()
        if value >= LEAST_LOGPROB
    }
    token_id = max(differences, key=lambda each: differences[each])
    return token_id, differences[token_id]
