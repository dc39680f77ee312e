"""How sure a measured share is, and whether two shares over the same rows differ by more than chance."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""
MAX_CHANCE = 0.05
"""A difference that chance alone makes this often is not said to be one."""


def wilson_interval(n_right: int, n_rows: int) -> tuple[float, float]:
    """Give the 95 % interval of a share. With no rows it is everything, 0 to 1. Source: Wilson 1927."""
    if n_rows == 0:
        return 0.0, 1.0
    share = n_right / n_rows
    spread = Z_95 * math.sqrt(share * (1 - share) / n_rows + (Z_95 / (2 * n_rows)) ** 2)
    middle = share + Z_95**2 / (2 * n_rows)
    scale = 1 + Z_95**2 / n_rows
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def mcnemar_p(n_only_first: int, n_only_second: int) -> float:
    """Give the two-sided probability of so uneven a split if both were equally good.

    The arguments count rows that one got right and the other wrong; rows that both got right or both wrong say nothing.
    Source: McNemar 1947, in the exact binomial form.
    """
    n_different, fewer = n_only_first + n_only_second, min(n_only_first, n_only_second)
    # Each term as its share of the largest, the one of `fewer`: whole numbers of thousands of digits are slow.
    term = tail = 1.0
    for k in range(fewer, 0, -1):
        term *= k / (n_different - k + 1)
        tail += term
    log_ways = math.lgamma(n_different + 1) - math.lgamma(fewer + 1) - math.lgamma(n_different - fewer + 1)
    return min(1.0, 2 * tail * math.exp(log_ways - n_different * math.log(2)))


def chance_words(chance: float) -> str:
    """Say how often chance alone makes so large a difference."""
    if chance < 0.001:
        return "chance alone would do this less than once in 1,000 times"
    return f"chance alone would do this {chance:.1%} of the time"
