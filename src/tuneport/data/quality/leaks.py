"""Validation rows that are, or nearly are, in the training file: whole, or by what they ask."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.repeats import Keys, RowKeys
from tuneport.data.quality.report import QualityFinding, RowGroup, share_of
from tuneport.data.quality.row import Row
from tuneport.data.quality.rows import QualityRows
from tuneport.data.quality.rules import MAX_COMPARED_ROWS, MAX_COMPARED_VALIDATION_ROWS, NEAR_SIMILARITY
from tuneport.data.quality.sketches import N_BANDS, Shingles, Sketches, bands_of, similarity
from tuneport.data.quality.text_sketches import KeptSketches, Places, TextSketches


class Leaks:
    """Reads the validation rows at once; then `look` at every training row after `keys` did; then `findings`."""

    def __init__(self, validation: QualityRows, keys: RowKeys, boilerplate: Shingles) -> None:
        self._keys = keys
        self._validation_keys = RowKeys("validation")
        prompts, wholes = KeptSketches(), KeptSketches()
        prompt_texts, whole_texts = (
            TextSketches(boilerplate, MAX_COMPARED_VALIDATION_ROWS, kept.receive) for kept in (prompts, wholes)
        )
        for row in validation:
            self._validation_keys.look(row)
            prompt_texts.add(len(self._validation_keys) - 1, row.prompt_text)
            whole_texts.add(len(self._validation_keys) - 1, row.whole_text)
        prompt_texts.finish()
        whole_texts.finish()
        self.n_compared_rows = whole_texts.n_texts
        self._near_prompts = _Nearest(len(self._validation_keys), *prompts.read())
        self._near_rows = _Nearest(len(self._validation_keys), *wholes.read())
        self._prompts = TextSketches(boilerplate, MAX_COMPARED_ROWS, self._near_prompts.receive)
        self._wholes = TextSketches(boilerplate, MAX_COMPARED_ROWS, self._near_rows.receive)

    @property
    def n_validation_rows(self) -> int:
        return len(self._validation_keys)

    def look(self, row: Row) -> None:
        self._prompts.add(len(self._keys) - 1, row.prompt_text)
        self._wholes.add(len(self._keys) - 1, row.whole_text)

    def findings(self) -> Iterator[QualityFinding]:
        """Each validation row is in the gravest finding only."""
        self._prompts.finish()
        self._wholes.finish()
        if not len(self._keys) or not self.n_validation_rows:
            return
        ours = self._validation_keys
        is_open = np.ones(self.n_validation_rows, bool)
        for code, (first_places, similarities) in (
            ("leaked_rows", _find_equal(ours.rows, self._keys.rows)),
            ("near_leaked_rows", self._near_rows.found),
            ("leaked_prompts", _find_equal(ours.prompts, self._keys.prompts)),
            ("near_leaked_prompts", self._near_prompts.found),
        ):
            leaked = np.flatnonzero(is_open & (similarities >= NEAR_SIMILARITY))
            is_open[leaked] = False
            yield from self._finding(code, leaked, first_places, similarities)

    def _finding(
        self, code: str, leaked: NDArray[np.intp], first_places: Places, similarities: NDArray[np.float64]
    ) -> Iterator[QualityFinding]:
        if not len(leaked):
            return
        lines = self._validation_keys.lines
        groups = tuple(
            RowGroup(
                lines=(int(self._keys.lines[first_places[place]]),),
                n_rows=1,
                similarity=round(float(similarities[place]), 2),
                validation_lines=(int(lines[place]),),
            )
            for place in leaked[:N_SHOWN]
        )
        share = share_of(len(leaked), len(lines))
        yield QualityFinding(code, len(leaked), share, tuple(lines[leaked[:N_SHOWN]].tolist()), {}, groups=groups)


def _find_equal(validation: Keys, training: Keys) -> tuple[Places, NDArray[np.float64]]:
    """Give for each validation row the first equal training row, and 1 where there is one, else 0."""
    known, first_places = np.unique(training, return_index=True)
    nearest = np.minimum(np.searchsorted(known, validation), len(known) - 1)
    return first_places[nearest], (known[nearest] == validation).astype(np.float64)


class _Nearest:
    """The training text that is most like each validation text, while the training texts come by."""

    def __init__(self, n_rows: int, places: Places, sketches: Sketches) -> None:
        self._places = places
        self._sketches = sketches
        self._bands = bands_of(sketches)
        self._nearest = np.zeros(n_rows, np.int64)
        self._similarities = np.zeros(n_rows)

    @property
    def found(self) -> tuple[Places, NDArray[np.float64]]:
        """For each validation row, the place of the training row, and how like it is."""
        return self._nearest, self._similarities

    def receive(self, places: Places, sketches: Sketches) -> None:
        bands = bands_of(sketches)
        for band in range(N_BANDS):
            order = np.argsort(bands[:, band], kind="stable")
            known = bands[order, band]
            nearest = np.minimum(np.searchsorted(known, self._bands[:, band]), len(known) - 1)
            ours = np.flatnonzero(known[nearest] == self._bands[:, band])
            theirs = order[nearest[ours]]
            similarities = similarity(self._sketches[ours], sketches[theirs])
            is_nearer = similarities > self._similarities[self._places[ours]]
            targets = self._places[ours[is_nearer]]
            self._similarities[targets] = similarities[is_nearer]
            self._nearest[targets] = places[theirs[is_nearer]]
