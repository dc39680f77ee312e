"""Rows of a file that are the same, by their digests."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from xxhash import xxh3_64_intdigest

from tuneport.data.problems import N_SHOWN

MOST_ROWS_REMEMBERED = 2_000_000
"""Of a file, to tell later ones that are the same: 16 bytes each."""


class Repeat(NamedTuple):
    line: int
    row: int
    first_line: int
    """Of the first row that is the same."""


class RowDigests:
    """One number for the bytes of each row, with where it stands."""

    def __init__(self) -> None:
        self._digests, self._lines, self._rows = array("Q"), array("L"), array("L")

    def n_compared(self, n_rows: int) -> int:
        """Give among how many of a file's rows repeated ones are searched."""
        return n_rows if len(self._digests) < MOST_ROWS_REMEMBERED else MOST_ROWS_REMEMBERED

    def extend(self, contents: Sequence[bytes], line: int, row: int) -> None:
        """Add rows that follow each other, the first of them with this line and row."""
        n = min(len(contents), MOST_ROWS_REMEMBERED - len(self._digests))
        self._digests.extend(map(xxh3_64_intdigest, map(bytes.strip, contents[:n])))
        self._lines.extend(range(line, line + n))
        self._rows.extend(range(row, row + n))

    def append(self, other: RowDigests, *, n_lines: int, n_rows: int) -> None:
        """Add those of the part of the file that comes after so many lines and rows."""
        room = MOST_ROWS_REMEMBERED - len(self._digests)
        self._digests.extend(other._digests[:room])
        self._lines.extend(_moved(other._lines[:room], n_lines))
        self._rows.extend(_moved(other._rows[:room], n_rows))

    def find_repeats(self) -> tuple[int, list[Repeat]]:
        """Give the number of rows that are the same as an earlier one, and the first 20 of them."""
        digests, lines, rows = (np.array(each, np.uint64) for each in (self._digests, self._lines, self._rows))
        order = np.argsort(digests, kind="stable")
        is_repeat = np.zeros(len(order), bool)
        is_repeat[1:] = digests[order[1:]] == digests[order[:-1]]
        first_of_its_kind = np.maximum.accumulate(np.where(is_repeat, 0, np.arange(len(order))))
        places = np.flatnonzero(is_repeat)
        shown = places[np.argsort(order[places])[:N_SHOWN]]
        firsts = lines[order[first_of_its_kind[shown]]]
        found = zip(lines[order[shown]].tolist(), rows[order[shown]].tolist(), firsts.tolist(), strict=True)
        return len(places), [Repeat(*each) for each in found]


def _moved(numbers: array[int], by: int) -> Iterable[int]:
    return (number + by for number in numbers) if by else numbers
