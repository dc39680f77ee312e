"""How a number is spread over the rows of a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BINS = 12


@dataclass(frozen=True)
class Bin:
    first: int
    """The smallest and the largest value that are counted here."""
    last: int
    n_rows: int


@dataclass(frozen=True)
class Spread:
    """Percentiles are values of rows, by nearest rank: at least that share of the rows has that many or fewer."""

    total: int
    min: int
    p5: int
    p50: int
    mean: float
    p95: int
    max: int
    histogram: tuple[Bin, ...]
    """From the least to the most, each bin about so many times as wide as the one before; 0 has its own."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure_spread(values: NDArray[np.int64]) -> Spread | None:
    """Give the spread of whole numbers from 0; `None` for none."""
    if not len(values):
        return None
    p5, p50, p95 = (int(value) for value in np.percentile(values, [5, 50, 95], method="inverted_cdf"))
    return Spread(
        total=int(values.sum()),
        min=int(values.min()),
        p5=p5,
        p50=p50,
        mean=float(values.mean()),
        p95=p95,
        max=int(values.max()),
        histogram=_bin(values),
    )


def _bin(values: NDArray[np.int64]) -> tuple[Bin, ...]:
    least, most = max(1, int(values.min())), int(values.max())
    starts = np.unique(np.geomspace(least, most + 1, MOST_BINS + 1).round().astype(np.int64))
    if not values.min():
        starts = np.unique([0, *starts])
    counts, edges = np.histogram(values, starts)
    bounds = zip(edges[:-1], edges[1:], counts, strict=True)
    return tuple(Bin(int(start), int(end) - 1, int(count)) for start, end, count in bounds)
