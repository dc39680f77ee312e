"""Rows that say the same as an earlier one, left out."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tuneport.data.numbered_keys import NumberedKeys
from tuneport.data.problems import N_SHOWN
from tuneport.data.reading import RawRow
from tuneport.data.row_writer import RowWriter
from tuneport.data.whole_rows import read_whole_rows

DedupeBy = Literal["row", "prompt"]


@dataclass(frozen=True)
class RemovedRow:
    line: int
    same_as_line: int
    """Line of the one that was kept."""


@dataclass(frozen=True)
class DedupeReport:
    by: DedupeBy
    n_rows: int
    n_kept: int
    n_removed: int
    removed: tuple[RemovedRow, ...]
    """The first 20."""
    n_unreadable: int
    """Lines that are no JSON; such are compared by their bytes."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def dedupe_file(path: Path, write: Callable[[bytes], object], *, by: DedupeBy = "row") -> DedupeReport:
    """Give `write` the first of equal rows, each as it stands.

    Rows are equal whatever the order of their keys; `by` "prompt" compares only what comes before the last reply, but
    for case and white space.
    Raises `DataError` where the file is no JSON lines.
    """
    out = RowWriter(write)
    keys, lines = NumberedKeys(), array("q")
    removed: list[RemovedRow] = []
    n_rows = n_unreadable = 0
    for raw in read_whole_rows(path):
        n_rows += 1
        n_unreadable += raw.mistake is not None
        number = keys.number_of(_key(raw, by))
        if number == len(lines):
            lines.append(raw.line)
            out.add(raw.content.strip())
        elif len(removed) < N_SHOWN:
            removed.append(RemovedRow(raw.line, lines[number]))
    out.flush()
    return DedupeReport(by, n_rows, out.n_rows, n_rows - out.n_rows, tuple(removed), n_unreadable)


def _key(raw: RawRow, by: DedupeBy) -> int:
    # With NumPy behind it, which the server need not load to start.
    from tuneport.data.quality.row import as_quality_row

    row = as_quality_row(raw)
    if row is None:
        return hash(raw.content.strip())
    return row.key if by == "row" or row.prompt_key is None else row.prompt_key
