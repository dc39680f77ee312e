"""How sure a measured share is, and whether two shares over the same rows differ by more than chance."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""


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
    n_different = n_only_first + n_only_second
    fewer = min(n_only_first, n_only_second)
    tail: int = sum(math.comb(n_different, k) for k in range(fewer + 1))
    return min(1.0, 2 * tail / (1 << n_different))
