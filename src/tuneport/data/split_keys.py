"""Which rows ask the same words, and which of a few answers they give."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array

from tuneport.data.classes import LONGEST_CLASS, MOST_CLASSES
from tuneport.data.numbered_keys import NumberedKeys
from tuneport.data.quality.row import Row
from tuneport.data.reading import RawRow

MIN_ROWS_PER_CLASS = 5
"""Of fewer rows a tenth would often be none; `balance` tells classes from two rows each on."""
_DIGEST_BYTES = 8
_WORD = re.compile(r"\w+")


class PromptKeys:
    """Numbers the prompts of rows in order; the same words have the same number."""

    def __init__(self) -> None:
        self.number_of_row = array("q")
        self._keys = NumberedKeys()

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, raw: RawRow, row: Row | None) -> bool:
        """Say whether the row asks what none before it asked. `row`: `None` where it is no JSON object."""
        key = hashlib.blake2b(_said(raw, row).encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()
        n_before = len(self)
        self.number_of_row.append(self._keys.number_of(int.from_bytes(key)))
        return len(self) > n_before


class AnswerClasses:
    """Numbers answers as long as they are few and short; 0 for all others."""

    def __init__(self) -> None:
        self.class_of_prompt = array("q")
        self._numbers: dict[str, int] = {}
        self._are_few = True

    def add(self, row: Row | None) -> None:
        """Take the answer of the first row that has a prompt."""
        answer = None if row is None else row.answer
        if answer is None or len(answer) > LONGEST_CLASS or len(self._numbers) > MOST_CLASSES:
            self._are_few = False
        self.class_of_prompt.append(
            self._numbers.setdefault((answer or "").strip(), len(self._numbers)) if self._are_few else 0
        )

    def count(self, n_rows: int) -> int | None:
        """Give how many there are among so many rows, `None` where they are no classes."""
        n_classes = len(self._numbers)
        is_choice = self._are_few and 1 < n_classes <= min(MOST_CLASSES, n_rows // MIN_ROWS_PER_CLASS)
        return n_classes if is_choice else None


def _said(raw: RawRow, row: Row | None) -> str:
    """Give the words of the prompt, in one case: space and punctuation do not count."""
    if row is None:
        return raw.content.strip().decode("utf-8", "surrogateescape")
    words = _WORD.findall(unicodedata.normalize("NFKC", row.prompt_text).casefold())
    # Where nobody asks, or in signs alone, all that is before the answer counts.
    return " ".join(words) or f"{row.prompt_key or row.key}"
