"""What the rows of a file ask: some of the texts, from all over it, and how long they all are."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import numpy as np

from tuneport.data.quality.row import Row
from tuneport.data.traffic.report import TextLength

MOST_KEPT = 1000
MAX_TEXT = 8000


class AskedText(NamedTuple):
    line: int
    text: str
    """The first 8,000 characters."""


class AskedTexts:
    """Keeps every text, then every second, every fourth, ...: a thousand at most, and always the same ones."""

    def __init__(self) -> None:
        self.kept: list[AskedText] = []
        self.n_without_text = 0
        self._every = 1
        self._lengths = array("q")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, row: Row) -> None:
        if not row.prompt_text:
            self.n_without_text += 1
            return
        if len(self) % self._every == 0 and len(self.kept) == MOST_KEPT:
            self.kept = self.kept[::2]
            self._every *= 2
        if len(self) % self._every == 0:
            self.kept.append(AskedText(row.line, row.prompt_text[:MAX_TEXT]))
        self._lengths.append(len(row.prompt_text))

    @property
    def length(self) -> TextLength:
        """For one text at least."""
        p50, p95 = np.percentile(np.frombuffer(self._lengths, np.int64), [50, 95], method="inverted_cdf")
        return TextLength(int(p50), int(p95))
