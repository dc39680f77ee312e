"""Rows that are the same, and prompts that come again, by numbers that stand for them: 40 bytes a row."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.report import QualityFinding, RowGroup, share_of
from tuneport.data.quality.row import Row

Keys = NDArray[np.int64]


class RowKeys:
    """What is kept of every row: its line, and the keys of the row, its prompt and its answer."""

    def __init__(self, file: str = "training") -> None:
        """`file`: keeps keys of rows that ask nothing apart from those of another file."""
        self._file = file
        self._lines = array("q")
        self._rows = array("q")
        self._prompts = array("q")
        self._contradictions = array("q")
        self._answers = array("q")

    def look(self, row: Row) -> None:
        self._lines.append(row.line)
        self._rows.append(row.key)
        # A row that asks nothing comparable gets a key of its own, and so is never the same as another.
        own_key = hash((self._file, row.line))
        self._prompts.append(own_key if row.prompt_key is None else row.prompt_key)
        self._contradictions.append(own_key if row.contradiction_key is None else row.contradiction_key)
        self._answers.append(0 if row.answer_key is None else row.answer_key)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> Keys:
        return np.frombuffer(self._lines, np.int64)

    @property
    def rows(self) -> Keys:
        return np.frombuffer(self._rows, np.int64)

    @property
    def prompts(self) -> Keys:
        return np.frombuffer(self._prompts, np.int64)

    @property
    def contradictions(self) -> Keys:
        return np.frombuffer(self._contradictions, np.int64)

    @property
    def answers(self) -> Keys:
        return np.frombuffer(self._answers, np.int64)


def find_repeats(keys: RowKeys) -> Iterator[QualityFinding]:
    """Give the findings on equal rows and equal prompts."""
    if not len(keys):
        return
    yield from _finding("duplicate_rows", list(_groups(keys.rows)), keys, n_kept_of_each=1)
    is_first = np.zeros(len(keys), bool)
    is_first[np.unique(keys.rows, return_index=True)[1]] = True
    first = np.flatnonzero(is_first)
    contradicting: list[NDArray[np.intp]] = []
    repeated: list[NDArray[np.intp]] = []
    for members in _groups(keys.contradictions[first]):
        group = first[members]
        n_answers = len(np.unique(keys.answers[group]))
        (repeated if n_answers == 1 else contradicting).append(group)
    yield from _finding("contradicting_answers", contradicting, keys, n_kept_of_each=0)
    yield from _finding("repeated_prompts", repeated, keys, n_kept_of_each=1)


def _groups(values: Keys) -> Iterator[NDArray[np.intp]]:
    """Give the places of each value that occurs more than once, in order of the first place."""
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.r_[True, values[order][1:] != values[order][:-1]])
    ends = np.r_[starts[1:], len(values)]
    is_group = ends - starts > 1
    starts, ends = starts[is_group], ends[is_group]
    for index in np.argsort(order[starts], kind="stable"):
        yield order[starts[index] : ends[index]]


def _finding(
    code: str, groups: list[NDArray[np.intp]], keys: RowKeys, *, n_kept_of_each: int
) -> Iterator[QualityFinding]:
    """`n_kept_of_each`: rows of a group that are not counted, being the first of their kind."""
    if not groups:
        return
    counted = np.sort(np.concatenate([group[n_kept_of_each:] for group in groups]))
    shown = tuple(RowGroup(_first_lines(keys.lines[group]), len(group), 1.0) for group in groups[:N_SHOWN])
    share = share_of(len(counted), len(keys))
    yield QualityFinding(code, len(counted), share, _first_lines(keys.lines[counted]), {}, groups=shown)


def _first_lines(lines: Keys) -> tuple[int, ...]:
    return tuple(lines[:N_SHOWN].tolist())
