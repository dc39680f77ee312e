"""Rows whose text is nearly the same, as groups: by sketches that are compared where they have a band in common."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.repeats import RowKeys
from tuneport.data.quality.report import QualityFinding, RowGroup, share_of
from tuneport.data.quality.row import Row
from tuneport.data.quality.rules import MAX_COMPARED_ROWS, NEAR_SIMILARITY
from tuneport.data.quality.sketches import N_BANDS, Shingles, Sketches, bands_of, similarity
from tuneport.data.quality.text_sketches import KeptSketches, TextSketches

_PAIRS_AT_ONCE = 2**14

Indices = NDArray[np.intp]


class NearRows:
    """`look` at every row after `keys` did; then `findings`."""

    def __init__(self, keys: RowKeys, boilerplate: Shingles) -> None:
        self._keys = keys
        self._kept = KeptSketches()
        self._texts = TextSketches(boilerplate, MAX_COMPARED_ROWS, self._kept.receive)

    @property
    def n_compared_rows(self) -> int:
        return self._texts.n_texts

    def look(self, row: Row) -> None:
        self._texts.add(len(self._keys) - 1, row.whole_text)

    def findings(self) -> Iterator[QualityFinding]:
        self._texts.finish()
        places, sketches = self._kept.read()
        if not len(places):
            return
        roots = group_near(sketches)
        # Of rows that are the same JSON only the first counts here: the others are reported as such.
        is_first = np.zeros(len(self._keys), bool)
        is_first[np.unique(self._keys.rows, return_index=True)[1]] = True
        members = np.flatnonzero(is_first[places])
        groups = [group for group in _members_by_root(members, roots[members]) if len(group) > 1]
        if not groups:
            return
        lines = self._keys.lines[places]
        repeating = np.sort(np.concatenate([group[1:] for group in groups]))
        yield QualityFinding(
            "near_duplicate_rows",
            len(repeating),
            share_of(len(repeating), len(self._keys)),
            tuple(lines[repeating[:N_SHOWN]].tolist()),
            {},
            groups=tuple(_shown(group, lines, sketches) for group in groups[:N_SHOWN]),
        )


def group_near(sketches: Sketches) -> Indices:
    """Give for each sketch the first of its group; what is alone is its own first."""
    roots = np.arange(len(sketches))
    bands = bands_of(sketches)
    for band in range(N_BANDS):
        for left, right in _candidates(bands[:, band]):
            _join_similar(roots, sketches, left, right)
        _flatten(roots)
    return roots


def _candidates(band: Shingles) -> Iterator[tuple[Indices, Indices]]:
    """Pair each text with the first one, and with the one before, that has the same number: not all with all."""
    order = np.argsort(band, kind="stable")
    is_start = np.r_[True, band[order[1:]] != band[order[:-1]]]
    starts = np.maximum.accumulate(np.where(is_start, np.arange(len(order)), 0))
    later = np.flatnonzero(~is_start)
    yield order[later], order[starts[later]]
    yield order[later], order[later - 1]


def _join_similar(roots: Indices, sketches: Sketches, left: Indices, right: Indices) -> None:
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        some_left, some_right = left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE]
        is_apart = roots[some_left] != roots[some_right]
        some_left, some_right = some_left[is_apart], some_right[is_apart]
        is_near = similarity(sketches[some_left], sketches[some_right]) >= NEAR_SIMILARITY
        for one, other in zip(some_left[is_near].tolist(), some_right[is_near].tolist(), strict=True):
            first, second = sorted((_root(roots, one), _root(roots, other)))
            roots[second] = first


def _root(roots: Indices, index: int) -> int:
    while roots[index] != index:
        index = int(roots[index])
    return index


def _flatten(roots: Indices) -> None:
    while not np.array_equal(above := roots[roots], roots):
        roots[:] = above


def _members_by_root(members: Indices, roots: Indices) -> list[Indices]:
    """Give each group's members, groups in the order of their first row."""
    order = np.argsort(roots, kind="stable")
    starts = np.flatnonzero(np.r_[True, roots[order][1:] != roots[order][:-1]])
    return np.split(members[order], starts[1:])


def _shown(group: Indices, lines: NDArray[np.int64], sketches: Sketches) -> RowGroup:
    lowest = float(similarity(sketches[group[1:]], sketches[group[0]]).min())
    return RowGroup(tuple(lines[group[:N_SHOWN]].tolist()), len(group), round(lowest, 2))
