"""What became of the records of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import asdict, dataclass
from typing import Any

from tuneport.data.convert.options import Container
from tuneport.data.formats import Format
from tuneport.data.problems import N_SHOWN

_MAX_NOTES = 50
_KEY_CHARACTERS = 24


@dataclass(frozen=True)
class RefusedRecord:
    where: str
    reason: str


@dataclass(frozen=True)
class ConvertReport:
    container: Container
    shapes: dict[str, int]
    """Rows by what their records were."""
    format: Format
    """Of the rows: "chat" or "preference"; "empty" where there are none."""
    n_records: int
    n_rows: int
    n_refused: int
    refused: tuple[RefusedRecord, ...]
    """The first 20."""
    notes: dict[str, int]
    """What was left out or changed on the way, and how often."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Tally:
    """What is known so far."""

    def __init__(self) -> None:
        self.shapes: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.format: Format = "empty"
        self.n_records = 0
        self.refused: list[RefusedRecord] = []
        self.n_refused = 0

    def note(self, text: str) -> None:
        if text in self.notes or len(self.notes) < _MAX_NOTES:
            self.notes[text] += 1
        else:
            self.notes["other keys left out"] += 1

    def note_keys(self, unused: Set[Any], of: str = "") -> None:
        """Say of keys that nothing is made of them."""
        for key in unused:
            self.note(f"key {shown_key(key)}{of} left out")

    def refuse(self, where: str, reason: str) -> None:
        self.n_refused += 1
        if len(self.refused) < N_SHOWN:
            self.refused.append(RefusedRecord(where, reason))

    def report(self, container: Container) -> ConvertReport:
        return ConvertReport(
            container=container,
            shapes=dict(self.shapes),
            format=self.format,
            n_records=self.n_records,
            n_rows=self.shapes.total(),
            n_refused=self.n_refused,
            refused=tuple(self.refused),
            notes=dict(self.notes),
        )


def shown_key(key: Any) -> str:
    """Give a key of a record, short, for a message."""
    text = str(key)
    return repr(text) if len(text) <= _KEY_CHARACTERS else f"{text[:_KEY_CHARACTERS]!r}..."
