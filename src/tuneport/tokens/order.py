"""The order in which an epoch takes the rows of a file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def order_of_epoch(n_rows: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Give the indices of the rows in the order of an epoch, from 1; a function of the numbers alone."""
    return np.random.default_rng([seed, epoch]).permutation(n_rows)
