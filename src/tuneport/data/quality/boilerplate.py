"""What nearly every row of a file says, such as the instruction around each question: it makes no two rows alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson

from tuneport.data.json_value import parse_json
from tuneport.data.quality.row import Row, as_quality_row
from tuneport.data.quality.sketches import NO_SHINGLES, Shingles, shingles_of
from tuneport.data.reading import RawRow
from tuneport.data.rules import MAX_LINE_BYTES

_MIN_ROWS = 10
_MAX_ROWS = 500
_MAX_TEXT = 8000
_SHARE = 0.9


class Boilerplate(NamedTuple):
    shingles: Shingles
    """Sorted."""
    share: float
    """Of the shingles of a row, on average."""


def find_boilerplate(path: Path) -> Boilerplate:
    """Give the shingles that are in nine of ten rows of a sample spread over the file."""
    distinct = [np.unique(shingles_of([row.whole_text[:_MAX_TEXT]])[0]) for row in sample_rows(path, _MAX_ROWS)]
    if len(distinct) < _MIN_ROWS:
        return Boilerplate(NO_SHINGLES, 0.0)
    found, counts = np.unique(np.concatenate(distinct), return_counts=True)
    shingles = found[counts >= _SHARE * len(distinct)]
    shares = [np.isin(row, shingles, assume_unique=True).mean() for row in distinct]
    return Boilerplate(shingles, float(np.mean(shares)))


def sample_rows(path: Path, n_rows: int) -> Iterator[Row]:
    """Give about `n_rows` rows from all over the file, without line numbers; no byte is read twice."""
    n_bytes = path.stat().st_size
    step = max(n_bytes // n_rows, 1)
    position = 0
    with path.open("rb") as file:
        while position < n_bytes:
            # From the byte before, so that a line which begins at the position is not taken for a rest.
            file.seek(max(position - 1, 0))
            if position:
                file.readline(MAX_LINE_BYTES)
            row = _parsed(file.readline(MAX_LINE_BYTES))
            if row is not None:
                yield row
            position = max(position + step, file.tell())


def _parsed(content: bytes) -> Row | None:
    try:
        return as_quality_row(RawRow(0, 0, content, parse_json(content), None))
    except orjson.JSONDecodeError:
        return None
