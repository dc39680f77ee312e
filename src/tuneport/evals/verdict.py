"""One plain sentence on what a comparison means, no stronger than the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.evals.compare import Comparison
from tuneport.evals.completer import TOO_LONG
from tuneport.evals.interval import MAX_CHANCE, chance_words, mcnemar_p

BASE = "base"
FEW_SHOT = "few_shot"
TUNED = "tuned"
_SPOKEN = {BASE: "the base model", FEW_SHOT: "the base model with examples", TUNED: "the tuned model"}

ALREADY_RIGHT_SHARE = 0.9
"""A base model that is surely this good leaves a tuned one little to add."""
NEARLY_NONE = 0.02
"""Share of right answers below which nothing is said of the models, but something of the comparison."""
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
    """Say what `comparison` shows of its `base`, `tuned` and, where it was asked, `few_shot`.

    "Helped" and "worse" are said only where a paired exact test (McNemar) gives chance less than 5 %.
    """
    against_base = _contest(comparison, TUNED, BASE)
    if against_base.is_lost:
        sentence = _worse(comparison, against_base)
    elif against_base.is_won:
        sentence = _helped(comparison, against_base)
    elif max(score.share for score in comparison.scores.values()) < NEARLY_NONE:
        sentence = _nearly_none(comparison)
    else:
        sentence = _no_help(comparison, against_base)
    return sentence + _missing_notes(comparison) + _row_notes(comparison)


def _worse(comparison: Comparison, contest: _Contest) -> str:
    return (
        f"Fine-tuning made it worse: {_against_base(comparison)} ({chance_words(contest.chance)}); "
        "look at the rows it gets wrong before you use it."
    )


def _helped(comparison: Comparison, against_base: _Contest) -> str:
    counts = f"{_against_base(comparison)} ({chance_words(against_base.chance)})"
    if FEW_SHOT not in comparison.scores:
        return f"Fine-tuning helped: {counts}."
    against_few_shot = _contest(comparison, TUNED, FEW_SHOT)
    few_shot = f"examples in the prompt get {_right(comparison, FEW_SHOT)}"
    chance = chance_words(against_few_shot.chance)
    if against_few_shot.is_lost:
        return f"Fine-tuning helped: {counts}, but {few_shot} ({chance}): prompting alone is better here."
    if not against_few_shot.is_won:
        return (
            f"Fine-tuning helped: {counts}, but {few_shot}, a difference that may be chance ({chance}): "
            f"a few examples in the prompt may be all you need; {_advice(comparison)}."
        )
    return f"Fine-tuning helped: {counts}, while {few_shot} ({chance})."


def _nearly_none(comparison: Comparison) -> str:
    best, n_rows = max(score.n_right for score in comparison.scores.values()), comparison.scores[TUNED].n_rows
    how_many = f"{f'Only {best}' if best else 'None'} of the {_plural(n_rows, 'answer')}"
    return (
        f"{how_many} {'equal' if best > 1 else 'equals'} the expected one word for word, whoever was asked. Such "
        "a comparison suits short fixed answers (labels, JSON, calls) and says nothing about free text: read the "
        "answers, and look at the validation loss of the job."
    )


def _no_help(comparison: Comparison, against_base: _Contest) -> str:
    counts, advice = _against_base(comparison), _advice(comparison)
    if FEW_SHOT in comparison.scores:
        few_shot_against_base = _contest(comparison, FEW_SHOT, BASE)
        if _contest(comparison, TUNED, FEW_SHOT).is_lost and few_shot_against_base.is_won:
            return (
                f"Fine-tuning shows no help ({counts}), but examples in the prompt do: they get "
                f"{_right(comparison, FEW_SHOT)} ({chance_words(few_shot_against_base.chance)}), so prompting alone is "
                "better here."
            )
    n_gained, n_lost = against_base.n_only_first, against_base.n_only_second
    if n_gained < n_lost:
        chance = chance_words(against_base.chance)
        return f"No help is shown: {counts}, a loss that may be chance ({chance}); {advice}."
    if comparison.scores[BASE].interval_low >= ALREADY_RIGHT_SHARE:
        return f"The base model is already right: {counts}. There is little left for tuning to gain; {advice}."
    if n_gained == n_lost == 0:
        return f"Fine-tuning changed nothing that counts: {counts}, on the same rows; {advice}."
    return (
        f"No help is shown: {counts} may be chance ({chance_words(against_base.chance)}); more or clearer training "
        f"rows may help; {advice}."
    )


def _advice(comparison: Comparison) -> str:
    n_rows = comparison.scores[TUNED].n_rows
    if n_rows < FEW_ROWS:
        are = "is" if n_rows == 1 else "are"
        return f"{_plural(n_rows, 'validation row')} {are} too few to tell a small difference, so measure with more"
    return "more validation rows would show a smaller difference"


def _missing_notes(comparison: Comparison) -> str:
    too_long = [
        f"for {_SPOKEN[name]} in {_plural(score.n_too_long, 'row')}"
        for name, score in comparison.scores.items()
        if score.n_too_long
    ]
    note = f" The prompt was too long {' and '.join(too_long)}, which counts as wrong." if too_long else ""
    for name, score in comparison.scores.items():
        reasons = [row.missing[name] for row in comparison.rows if name in row.missing]
        other = next((reason.message for reason in reasons if reason.code != TOO_LONG), None)
        if other is not None:
            n_other = score.n_missing - score.n_too_long
            note += f" {_plural(n_other, 'row')} got no answer from {_SPOKEN[name]}, which counts as wrong: {other}"
    return note


def _row_notes(comparison: Comparison) -> str:
    n_trained = comparison.scores[TUNED].n_trained
    was = "was" if n_trained == 1 else "were"
    note = f" {_plural(n_trained, 'row')} {was} left out: the training file asks the same." if n_trained else ""
    if comparison.n_first is not None:
        first = "row of the file was" if comparison.n_first == 1 else f"{comparison.n_first:,} rows of the file were"
        note += f" Only the first {first} looked at."
    return note


def _contest(comparison: Comparison, first: str, second: str) -> _Contest:
    rows = comparison.rows
    return _Contest(
        n_only_first=sum(row.right[first] and not row.right[second] for row in rows),
        n_only_second=sum(row.right[second] and not row.right[first] for row in rows),
    )


def _against_base(comparison: Comparison) -> str:
    return f"{_right(comparison, TUNED)} right against {_right(comparison, BASE)} for the base model"


def _right(comparison: Comparison, name: str) -> str:
    score = comparison.scores[name]
    return f"{score.n_right} of {score.n_rows}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
