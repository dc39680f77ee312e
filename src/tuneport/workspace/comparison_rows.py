"""The rows of a comparison: those to ask, and those to choose examples from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tuneport.core import Check, DataError
from tuneport.data import AnyExample, Example, PreferenceExample, TextExample, find_trained_lines, read_examples
from tuneport.evals import MeasuredRows

DEFAULT_ROWS = 1000
MAX_COMPARED_ROWS = 10_000
"""Rows of a comparison, and training rows that its examples are chosen from; all are held in memory."""


def read_measured_rows(path: Path, name: str, training: Path, *, max_rows: int | None, check: Check) -> MeasuredRows:
    """Give the first rows of a file, without those whose prompt is in the training file.

    `name`: what messages call the file. `max_rows`: `None` takes `DEFAULT_ROWS`; what `check` raises ends it.
    Raises `DataError` for a wrong row, and where all have been trained on.
    """
    max_rows = max_rows or DEFAULT_ROWS
    examples = read_examples(path, method="supervised", name=name)
    rows = _first_rows(examples, max_rows, check)
    has_more = _has_more(examples)
    trained = find_trained_lines(path, training, n_rows=max_rows, check=check)
    unseen = [row for row in rows if row.line not in trained]
    if rows and not unseen:
        raise DataError(
            f"Nothing to compare: all {len(rows)} rows of {name} ask what a row of the training file asks. Give rows "
            "that the model was not trained on.",
            code="all_rows_trained",
            param="validation_file",
        )
    return MeasuredRows(unseen, n_trained=len(rows) - len(unseen), n_first=max_rows if has_more else None)


def read_training_rows(path: Path, name: str, check: Check) -> list[Example | TextExample]:
    """Give the first `MAX_COMPARED_ROWS` rows. Raises `DataError` for a wrong row, and what `check` raises."""
    return _first_rows(read_examples(path, method="supervised", name=name), MAX_COMPARED_ROWS, check)


def _first_rows(examples: Iterator[AnyExample], max_rows: int, check: Check) -> list[Example | TextExample]:
    rows = []
    for row in islice(examples, max_rows):
        check()
        assert not isinstance(row, PreferenceExample), "pairs are no rows of the method"
        rows.append(row)
    return rows


def _has_more(examples: Iterator[AnyExample]) -> bool:
    try:
        return next(examples, None) is not None
    except DataError:
        # What is wrong with a row that is not asked is nothing to this comparison.
        return True
