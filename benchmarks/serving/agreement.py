"""Whether two greedy answers are the same, but for places where the model itself has no clear favourite."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.serving.requests import Ask
from benchmarks.serving.theirs import Theirs

LARGEST_TIE = 1e-3
"""Two sums of the same numbers in fp32, taken in another order, are less far apart."""


def count_equal(
    theirs: Theirs, asked: Sequence[Ask], ours: Sequence[Sequence[int]], expected: Sequence[Sequence[int]]
) -> int:
    """Count the answers that are equal to the last token. Raises `AssertionError` where one differs without a tie."""
    n_equal = 0
    for ask, mine, other in zip(asked, ours, expected, strict=True):
        assert len(mine) == len(other) == ask.n_tokens
        n_equal += list(mine) == list(other)
        differing = [index for index, pair in enumerate(zip(mine, other, strict=True)) if pair[0] != pair[1]]
        if differing:
            place = differing[0]
            logits = theirs.next_logits([*ask.token_ids, *mine[:place]])
            gap = abs(float(logits[mine[place]] - logits[other[place]]))
            assert gap < LARGEST_TIE, f"token {place} is {mine[place]}, not {other[place]}: {gap} apart"
    return n_equal
