"""What held-out preference pairs say of a tuned model, in one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from tuneport.evals.interval import wilson_interval

CHANCE = 0.5
"""Share of the pairs that would be right if tuning moved the model at random."""


@dataclass(frozen=True)
class PreferenceScore:
    n_pairs: int
    n_right: int
    """Pairs in which tuning has moved the model towards the preferred answer, more than towards the other one."""
    share: float
    interval_low: float
    """Lower end of the share's 95 % interval (Wilson)."""
    interval_high: float


def score_preferences(n_right: int, n_pairs: int) -> PreferenceScore:
    """`n_pairs` is at least 1."""
    low, high = wilson_interval(n_right, n_pairs)
    return PreferenceScore(n_pairs, n_right, n_right / n_pairs, low, high)


def write_preference_verdict(score: PreferenceScore) -> str:
    """Say whether the tuning helped; "helped" and "worse" only where the interval leaves chance out."""
    share, low, high = (f"{value * 100:.0f} %" for value in (score.share, score.interval_low, score.interval_high))
    measured = (
        f"in {score.n_right} of {score.n_pairs} pairs that the training did not see it moved the model towards the "
        f"preferred answer ({share}, 95 % interval {low} to {high})"
    )
    if score.interval_low > CHANCE:
        return f"Preference tuning helped: {measured}; chance alone gives half."
    if score.interval_high < CHANCE:
        return f"Preference tuning made it worse: {measured}; chance alone gives half. Look at the pairs."
    return f"No help is shown: {measured}, and chance alone gives half. More pairs would show a smaller gain."
