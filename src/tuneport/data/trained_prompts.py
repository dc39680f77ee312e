"""Rows to measure a model on that ask what it was trained on."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from tuneport.core import Check, go_on


def find_trained_lines(path: Path, training: Path, *, n_rows: int, check: Check = go_on) -> set[int]:
    """Give the lines of the first `n_rows` rows of `path` that ask the same as a row of `training`.

    The same is all before the last answer, tools included, but for case and white space. Memory grows with `n_rows`
    only; what `check` raises ends it. Raises `DataError` for a file that is no JSON lines.
    """
    # With NumPy behind it, which the server need not load to start.
    from tuneport.data.quality.rows import QualityRows

    lines_of: dict[int, list[int]] = {}
    for row in islice(QualityRows(path, "The validation file"), n_rows):
        if row.prompt_key is not None:
            lines_of.setdefault(row.prompt_key, []).append(row.line)
    trained: set[int] = set()
    for row in QualityRows(training, "The training file", lambda n_bytes: check()):
        if row.prompt_key is not None:
            trained.update(lines_of.pop(row.prompt_key, ()))
    return trained
