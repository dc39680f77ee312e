"""What held-out preference pairs say of a tuned model, in one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.evals.interval import MAX_CHANCE, chance_words, mcnemar_p, wilson_interval


@dataclass(frozen=True)
class PreferenceScore:
    n_pairs: int
    n_trained: int
    """Further pairs, left out because a training pair has their prompt."""
    n_right: int
    """Pairs in which tuning has moved the model towards the preferred answer, more than towards the other one."""
    share: float
    interval_low: float
    """Lower end of the share's 95 % interval (Wilson)."""
    interval_high: float


def score_preferences(n_right: int, n_pairs: int, *, n_trained: int = 0) -> PreferenceScore:
    """`n_pairs` is at least 1, without `n_trained` others whose prompt was trained."""
    low, high = wilson_interval(n_right, n_pairs)
    return PreferenceScore(n_pairs, n_trained, n_right, n_right / n_pairs, low, high)


def write_preference_verdict(score: PreferenceScore) -> str:
    """Say whether the tuning helped.

    "Helped" and "worse" are said only where an exact sign test gives chance less than 5 %.
    """
    left_out = f" {score.n_trained} more, whose prompt was trained, were left out." if score.n_trained else ""
    return f"{_judgement(score)}{left_out}"


def _judgement(score: PreferenceScore) -> str:
    n_wrong = score.n_pairs - score.n_right
    chance = mcnemar_p(score.n_right, n_wrong)
    share, low, high = (f"{value * 100:.0f} %" for value in (score.share, score.interval_low, score.interval_high))
    measured = (
        f"in {score.n_right} of {score.n_pairs} validation pairs it moved the model towards the preferred answer "
        f"({share}, 95 % interval {low} to {high}; {chance_words(chance)})"
    )
    if chance >= MAX_CHANCE:
        return f"No help is shown: {measured}, which may be chance. More pairs would show a smaller gain."
    if score.n_right > n_wrong:
        return f"Preference tuning helped: {measured}."
    return f"Preference tuning made it worse: {measured}. Look at the pairs."
