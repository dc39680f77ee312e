"""Answers that refuse, by how they begin; in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tuneport.data.quality.report import QualityFinding, RowTally
from tuneport.data.quality.row import Row

_HEAD_CHARACTERS = 300
_CANNOT = r"(?:can't|cannot|can not|won't|am unable to|'m unable to|am not able to|'m not able to|must decline)"
_WHAT = r"(?:help|assist|provide|fulfill?|comply|answer|do|support|create|generate|write|discuss|share|continue)"
_APOLOGY = r"(?:i'm|i am|we're|we are) (?:\w+ )?(?:sorry|afraid)\b[^!?]{0,80}?|(?:sorry|unfortunately)\b,? (?:but )?"
_REFUSAL = re.compile(
    rf"(?:{_APOLOGY})?\b(?:i|we) ?{_CANNOT}\b(?! wait)[^.!?]{{0,60}}?\b{_WHAT}\b"
    r"|as an? (?:ai|artificial intelligence|(?:large )?language model)\b"
)


class Refusals:
    def __init__(self) -> None:
        self._n_rows = 0
        self._tally = RowTally("refusals")

    def look(self, row: Row) -> None:
        self._n_rows += 1
        if row.answer and is_refusal(row.answer):
            self._tally.add(row.line)

    def findings(self) -> Iterator[QualityFinding]:
        yield from self._tally.findings(self._n_rows)


def is_refusal(answer: str) -> bool:
    """Tell whether the answer begins as refusals do."""
    head = " ".join(answer[:_HEAD_CHARACTERS].replace("\u2019", "'").lower().split())
    return _REFUSAL.match(head) is not None
