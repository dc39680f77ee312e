"""One plain sentence on what a comparison means, no stronger than the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.evals.compare import Comparison
from tuneport.evals.interval import mcnemar_p

BASE = "base"
FEW_SHOT = "few_shot"
TUNED = "tuned"

MAX_CHANCE = 0.05
ALREADY_RIGHT_SHARE = 0.95
"""A base model this good leaves a tuned one little to add."""
FEW_ROWS = 30
"""With fewer rows only a very large difference can be told from chance."""


@dataclass(frozen=True)
class _Contest:
    """Two contestants over the same rows."""

    n_only_first: int
    n_only_second: int

    @property
    def chance(self) -> float:
        return mcnemar_p(self.n_only_first, self.n_only_second)

    @property
    def is_won(self) -> bool:
        return self.n_only_first > self.n_only_second and self.chance < MAX_CHANCE

    @property
    def is_lost(self) -> bool:
        return self.n_only_first < self.n_only_second and self.chance < MAX_CHANCE


def write_verdict(comparison: Comparison) -> str:
    """Say what `comparison` shows of its `base`, `few_shot` and `tuned`.

    "Helped" and "worse" are said only where a paired exact test (McNemar) gives chance less than 5 %.
    """
    against_base = _contest(comparison, TUNED, BASE)
    against_few_shot = _contest(comparison, TUNED, FEW_SHOT)
    if against_base.is_lost:
        sentence = _worse(comparison, against_base)
    elif against_base.is_won:
        sentence = _helped(comparison, against_base, against_few_shot)
    else:
        sentence = _no_help(comparison, against_base, against_few_shot)
    return sentence + _too_long_note(comparison)


def _worse(comparison: Comparison, contest: _Contest) -> str:
    return (
        f"Fine-tuning made it worse: {_right(comparison, TUNED)} right against {_right(comparison, BASE)} for the "
        f"base model ({_chance_words(contest)}); look at the rows it gets wrong before you use it."
    )


def _helped(comparison: Comparison, against_base: _Contest, against_few_shot: _Contest) -> str:
    counts = f"{_right(comparison, TUNED)} right against {_right(comparison, BASE)} for the base model"
    few_shot = f"examples in the prompt get {_right(comparison, FEW_SHOT)}"
    if against_few_shot.is_lost:
        return f"Fine-tuning helped ({counts}), but {few_shot}: prompting alone is better here."
    if not against_few_shot.is_won:
        return (
            f"Fine-tuning helped ({counts}), but {few_shot}, a difference that may be chance: "
            "a few examples in the prompt may be all you need."
        )
    return f"Fine-tuning helped: {counts}, while {few_shot} ({_chance_words(against_base)})."


def _no_help(comparison: Comparison, against_base: _Contest, against_few_shot: _Contest) -> str:
    counts = f"{_right(comparison, TUNED)} right against {_right(comparison, BASE)}"
    if against_few_shot.is_lost and _contest(comparison, FEW_SHOT, BASE).is_won:
        return (
            f"Fine-tuning shows no help ({counts} for the base model), but examples in the prompt do: they get "
            f"{_right(comparison, FEW_SHOT)}, so prompting alone is better here."
        )
    if comparison.scores[BASE].share >= ALREADY_RIGHT_SHARE:
        return f"The base model is already right ({counts} before tuning): there is little left for tuning to gain."
    if against_base.n_only_first == against_base.n_only_second == 0:
        return f"Fine-tuning changed nothing that counts: {counts} before tuning, on the same rows."
    return (
        f"No help is shown: {counts} for the base model may be chance ({_chance_words(against_base)}); "
        f"{_advice(comparison)}."
    )


def _advice(comparison: Comparison) -> str:
    n_rows = comparison.scores[TUNED].n_rows
    if n_rows < FEW_ROWS:
        return f"{n_rows} validation rows are too few to tell a small difference, so measure with more"
    return "more or clearer training rows may help, and more validation rows would show a smaller difference"


def _too_long_note(comparison: Comparison) -> str:
    n_missing = sum(row.answers[FEW_SHOT] is None for row in comparison.rows)
    if n_missing == 0:
        return ""
    return f" In {n_missing} rows the prompt with examples was too long for the model, which counts as wrong."


def _contest(comparison: Comparison, first: str, second: str) -> _Contest:
    rows = comparison.rows
    return _Contest(
        n_only_first=sum(row.right[first] and not row.right[second] for row in rows),
        n_only_second=sum(row.right[second] and not row.right[first] for row in rows),
    )


def _right(comparison: Comparison, name: str) -> str:
    score = comparison.scores[name]
    return f"{score.n_right} of {score.n_rows}"


def _chance_words(contest: _Contest) -> str:
    if contest.chance < 0.001:
        return "chance alone would do this less than once in 1,000 times"
    return f"chance alone would do this {contest.chance:.1%} of the time"
