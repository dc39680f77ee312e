"""What was repaired in a file, and what could not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tuneport.data.problems import N_SHOWN

N_EXAMPLES = 3
_EXAMPLE_CHARACTERS = 200


@dataclass(frozen=True)
class FixExample:
    line: int
    kinds: tuple[str, ...]
    before: str
    """Shortened, as `after` is."""
    after: str


@dataclass(frozen=True)
class LeftLine:
    line: int
    code: str
    """Of the check, or `repeated_key`."""
    found: str


@dataclass(frozen=True)
class FixReport:
    n_rows: int
    """Of the new file."""
    n_changed: int
    """Rows that are new or different; a file that only changes its encoding or line ends has none."""
    counts: dict[str, int]
    """Repairs by kind: codes of the check, and a few that no check speaks of."""
    examples: tuple[FixExample, ...]
    """The first 3."""
    n_left: int
    """Lines that cannot be read, and stay as they are."""
    left: tuple[LeftLine, ...]
    """The first 20."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Repairs:
    """What is known so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._examples: list[FixExample] = []
        self._left: list[LeftLine] = []
        self._n_left = 0
        self._n_changed = 0

    def changed(self, line: int, kinds: tuple[str, ...], before: bytes, after: list[bytes]) -> None:
        """Note that a text became these rows."""
        self.counts.update(kinds)
        self._n_changed += len(after)
        if len(self._examples) < N_EXAMPLES:
            self._examples.append(FixExample(line, kinds, _shown(before), _shown(b"\n".join(after))))

    def left(self, line: int, code: str, found: str) -> None:
        self._n_left += 1
        if len(self._left) < N_SHOWN:
            self._left.append(LeftLine(line, code, found))

    def report(self, n_rows: int) -> FixReport:
        return FixReport(
            n_rows, self._n_changed, dict(self.counts), tuple(self._examples), self._n_left, tuple(self._left)
        )


def _shown(text: bytes) -> str:
    # A character that is cut in two must not spoil the rest.
    start = text[: 4 * _EXAMPLE_CHARACTERS].decode(errors="replace")[:_EXAMPLE_CHARACTERS].strip()
    return f"{start}..." if len(text.decode(errors="replace")) > len(start) else start
