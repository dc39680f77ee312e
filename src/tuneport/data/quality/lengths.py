"""Rows that are far shorter or longer than the others."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np

from tuneport.data.quality.repeats import RowKeys
from tuneport.data.quality.report import QualityFinding, RowTally
from tuneport.data.quality.row import Row
from tuneport.data.quality.rules import LENGTH_DEVIATIONS

_MIN_ROWS = 20
_LEAST_DEVIATION = 0.25
"""Of rows that are all about equally long, a third or thrice the length is still no outlier."""


class Lengths:
    """`look` at every row after `keys` did; then `findings`. The length is that of what is said, in characters."""

    def __init__(self, keys: RowKeys) -> None:
        self._keys = keys
        self._lengths = array("q")

    def look(self, row: Row) -> None:
        self._lengths.append(len(row.whole_text))

    def findings(self) -> Iterator[QualityFinding]:
        if len(self._lengths) < _MIN_ROWS:
            return
        logarithms = np.log1p(np.frombuffer(self._lengths, np.int64))
        distances = logarithms - np.median(logarithms)
        limit = LENGTH_DEVIATIONS * max(float(np.median(np.abs(distances))), _LEAST_DEVIATION)
        tally = RowTally("length_outliers")
        for place in np.flatnonzero(np.abs(distances) > limit):
            tally.add(int(self._keys.lines[place]), [("", "short" if distances[place] < 0 else "long")])
        yield from tally.findings(len(self._lengths))
