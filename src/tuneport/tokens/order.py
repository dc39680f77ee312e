"""The order in which an epoch takes the rows of a file."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


# Each step of an epoch asks for its order; drawing a million rows takes as long as some steps.
@lru_cache(maxsize=2)
def order_of_epoch(n_rows: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Give the indices of the rows in the order of an epoch, from 1; a function of the numbers alone."""
    order = np.random.default_rng([seed, epoch]).permutation(n_rows)
    order.setflags(write=False)
    return order
