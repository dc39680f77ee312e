"""What a look at a file's quality found: codes, numbers and places, and never a value from the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from tuneport.data.problems import N_SHOWN
from tuneport.data.quality.rules import QUALITY_RULES, Severity


@dataclass(frozen=True)
class Place:
    line: int
    """Line in the file, from 1."""
    field: str
    """Path of the field, such as `messages[2].content`; empty if the whole row is meant."""
    kind: str
    """Which of the things that the code stands for; empty if there is one only."""


@dataclass(frozen=True)
class RowGroup:
    """Rows that are the same, or nearly so."""

    lines: tuple[int, ...]
    """The first 20."""
    n_rows: int
    """Of the file; those of the validation file are not counted."""
    similarity: float
    """The lowest between the group's first row and another one: shared text over all text, 1 for the same."""
    validation_lines: tuple[int, ...] = ()
    """Lines of the validation file, where the group is a leak; `lines` are then of the training file."""


@dataclass(frozen=True)
class QualityFinding:
    code: str
    """Stable: scripts may compare it."""
    count: int
    share: float
    """Of the file's rows; for leaks, of the validation file's rows."""
    lines: tuple[int, ...]
    """The first 20; for leaks, of the validation file."""
    counts_by_kind: dict[str, int]
    """Rows of each kind; empty where there is one only."""
    places: tuple[Place, ...] = ()
    """The first 20, where a field or kind is known."""
    groups: tuple[RowGroup, ...] = ()
    """The first 20."""

    @property
    def severity(self) -> Severity:
        return QUALITY_RULES[self.code].severity

    @property
    def meaning(self) -> str:
        return QUALITY_RULES[self.code].meaning

    def to_json(self) -> dict[str, Any]:
        return {"severity": self.severity, "meaning": self.meaning, **asdict(self)}


@dataclass(frozen=True)
class QualityReport:
    n_rows: int
    """Rows that were looked at: JSON objects."""
    n_unread_rows: int
    """Rows that are no JSON objects, of which nothing was looked at. What they are is for the check to say."""
    n_compared_rows: int
    """Rows among which near-duplicates were searched: the first million."""
    n_validation_rows: int | None
    """`None` where no validation file was given, as for what follows."""
    n_unread_validation_rows: int | None
    n_compared_validation_rows: int | None
    """Those that were searched for near leaks: the first 100,000."""
    findings: tuple[QualityFinding, ...]
    """In the order of the rules; a code that is not here was not found."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "findings": [finding.to_json() for finding in self.findings]}


class RowTally:
    """Counts the rows of a finding, and keeps the first places. Each row comes once, with all its places."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._n_rows = 0
        self._lines: list[int] = []
        self._places: list[Place] = []
        self._counts_by_kind: Counter[str] = Counter()

    def add(self, line: int, places: Iterable[tuple[str, str]] = ()) -> None:
        """`places`: field and kind of each."""
        self._n_rows += 1
        if len(self._lines) < N_SHOWN:
            self._lines.append(line)
        kinds = set()
        for field, kind in places:
            kinds.add(kind)
            if len(self._places) < N_SHOWN:
                self._places.append(Place(line, field, kind))
        self._counts_by_kind.update(kinds)

    def findings(self, n_rows: int) -> list[QualityFinding]:
        """Give the finding, none where no row was added. `n_rows`: of the file."""
        if not self._n_rows:
            return []
        share = share_of(self._n_rows, n_rows)
        counts = dict(self._counts_by_kind.most_common())
        return [QualityFinding(self._code, self._n_rows, share, tuple(self._lines), counts, places=tuple(self._places))]


def share_of(count: int, n_rows: int) -> float:
    return round(count / n_rows, 4) if n_rows else 0.0
