"""Answers that are empty, or look cut off beside what the other answers of the file are like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntFlag

import numpy as np
import orjson
from numpy.typing import NDArray

from tuneport.data.json_value import parse_json
from tuneport.data.quality.repeats import RowKeys
from tuneport.data.quality.report import QualityFinding, RowTally
from tuneport.data.quality.row import Row
from tuneport.data.quality.rules import MOST_ROWS

_OPENING_QUOTES = "\u201e\u201a\u2018\u201c\u00ab"
_DASHES = "-\u2013\u2014"
_OPEN_ENDS = frozenset(",;:([{<&+=/\\|" + _DASHES + _OPENING_QUOTES)
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)


class _Trait(IntFlag):
    TEXT = 1
    FINAL_MARK = 2
    JSON = 4
    BROKEN_JSON = 8
    OPEN_END = 16
    OPEN_CODE_BLOCK = 32


class Answers:
    """`look` at every row after `keys` did; then `findings`. Keeps a byte of each row."""

    def __init__(self, keys: RowKeys) -> None:
        self._keys = keys
        self._traits = bytearray()
        self._empty = RowTally("empty_answers")

    def look(self, row: Row) -> None:
        text = (row.answer or "").strip()
        self._traits.append(_traits_of(text) if text else 0)
        if row.answer is not None and not text and not row.has_calls:
            self._empty.add(row.line)

    def findings(self) -> Iterator[QualityFinding]:
        yield from self._empty.findings(len(self._keys))
        traits = np.frombuffer(bytes(self._traits), np.uint8)
        kinds = {kind: is_of_kind for kind, is_of_kind in _judged(traits) if is_of_kind.any()}
        if not kinds:
            return
        tally = RowTally("truncated_answers")
        lines = self._keys.lines
        for place in np.flatnonzero(np.logical_or.reduce(list(kinds.values()))):
            tally.add(int(lines[place]), [("", kind) for kind, is_of_kind in kinds.items() if is_of_kind[place]])
        yield from tally.findings(len(self._keys))


def _traits_of(text: str) -> _Trait:
    traits = _Trait.TEXT
    if text[-1] in _OPEN_ENDS:
        traits |= _Trait.OPEN_END
    elif not text[-1].isalnum():
        traits |= _Trait.FINAL_MARK
    if text[0] in "{[":
        traits |= _Trait.JSON if _is_json(text) else _Trait.BROKEN_JSON
    if len(_FENCE.findall(text)) % 2:
        traits |= _Trait.OPEN_CODE_BLOCK
    return traits


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _judged(traits: NDArray[np.uint8]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Give each kind of cut answer, and which rows are of it."""
    is_text = _have(traits, _Trait.TEXT)
    n_texts = int(is_text.sum())
    is_final, is_open = _have(traits, _Trait.FINAL_MARK), _have(traits, _Trait.OPEN_END)
    if is_final.sum() >= MOST_ROWS * n_texts:
        yield "no_final_mark", is_text & ~is_final & ~is_open
    if is_open.sum() <= (1 - MOST_ROWS) * n_texts:
        yield "open_end", is_open
    is_json, is_broken = _have(traits, _Trait.JSON), _have(traits, _Trait.BROKEN_JSON)
    if is_json.sum() >= MOST_ROWS * n_texts:
        yield "broken_json", is_text & ~is_json
    elif is_json.sum() >= MOST_ROWS * (is_json | is_broken).sum():
        yield "broken_json", is_broken
    yield "open_code_block", _have(traits, _Trait.OPEN_CODE_BLOCK)


def _have(traits: NDArray[np.uint8], trait: _Trait) -> NDArray[np.bool_]:
    return np.asarray(traits & np.uint8(trait) != 0)
