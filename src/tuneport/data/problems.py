"""What is wrong with a data file, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from tuneport.data.rules import RULES

N_SHOWN = 20
"""Of whatever is found so many are told in full, the rest as counts."""
_SHOWN_CHARACTERS = 60
_FIELD_CHARACTERS = 200


@dataclass(frozen=True)
class Problem:
    code: str
    """Stable: scripts may compare it."""
    line: int | None
    """Line in the file, from 1; `None` if the whole file is meant."""
    row: int | None
    """Row, from 1, blank lines not counted: what OpenAI calls "Example"."""
    field: str
    """Path of the field, such as `messages[2].role`; empty if the whole line is meant."""
    found: str
    """What was found, as a clause: `message 3 has role 'bot'`."""
    allowed: str
    """What is allowed instead, as an instruction."""
    hint: str = ""
    """How to put it right, where the mistake is a known one."""

    @property
    def message(self) -> str:
        """All parts in one line, such as `line 47: message 3 has role 'bot'. Use one of …`."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.found}. {self.instruction}"

    @property
    def instruction(self) -> str:
        return f"{self.allowed} {self.hint}".rstrip()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "cookbook_name": RULES[self.code].cookbook_name, "message": self.message}


class Findings:
    """Collects problems: the first 20 errors and 20 warnings in full, the rest as counts."""

    def __init__(self) -> None:
        self.line: int | None = None
        self.row: int | None = None
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []
        self.n_errors = 0
        self.n_warnings = 0
        self.counts_by_code: Counter[str] = Counter()
        self._part = ""
        self._is_list = False

    def at(self, line: int | None, row: int | None) -> None:
        """Say where the next problems are."""
        self.line = line
        self.row = row

    def append(self, other: Findings, *, n_lines: int, n_rows: int) -> None:
        """Add what was found in the part of the file that comes after so many lines and rows."""
        self.n_errors += other.n_errors
        self.n_warnings += other.n_warnings
        self.counts_by_code.update(other.counts_by_code)
        for kept, found in ((self.errors, other.errors), (self.warnings, other.warnings)):
            for problem in found:
                _keep(kept, _moved(problem, n_lines, n_rows))

    def forget(self, code: str, found: Collection[str]) -> None:
        """Leave out errors that were found in an earlier part of the file as well, in these words."""
        self.n_errors -= len(found)
        self.counts_by_code[code] -= len(found)
        self.errors = [error for error in self.errors if error.code != code or error.found not in found]

    def add_warnings(self, code: str, found: Sequence[tuple[int, int, str]], n_all: int) -> None:
        """Put `n_all` warnings among those that are there, by their lines. `found`: line, row, words."""
        self.n_warnings += n_all
        self.counts_by_code[code] += n_all
        more = [Problem(code, line, row, "", words, RULES[code].allowed) for line, row, words in found]
        self.warnings = sorted([*self.warnings, *more], key=lambda problem: problem.line or 0)[:N_SHOWN]

    @contextmanager
    def inside(self, part: str, *, is_list: bool = False) -> Iterator[None]:
        """Place the next problems in a part of the row that is like a chat row, or (`is_list`) like its messages."""
        self._part, self._is_list = part, is_list
        yield
        self._part = ""

    def add(self, code: str, field: str, found: str, hint: str | Callable[[], str] = "") -> None:
        """`hint`: or what gives it, where that takes a while: most problems of a broken file are only counted."""
        self.counts_by_code[code] += 1
        is_error = RULES[code].severity == "error"
        self.n_errors += is_error
        self.n_warnings += not is_error
        kept = self.errors if is_error else self.warnings
        if len(kept) < N_SHOWN:
            kept.append(self._problem(code, field, found, hint if isinstance(hint, str) else hint()))

    def _problem(self, code: str, field: str, found: str, hint: str) -> Problem:
        if self._part:
            field = self._part + (field.removeprefix("messages") if self._is_list else f".{field}")
            found = f"in {self._part!r}, {found}"
        if len(field) > _FIELD_CHARACTERS:
            field = f"{field[:_FIELD_CHARACTERS]}..."
        return Problem(code, self.line, self.row, field, found, RULES[code].allowed, hint)


def _moved(problem: Problem, n_lines: int, n_rows: int) -> Problem:
    line, row = problem.line, problem.row
    return replace(problem, line=line and line + n_lines, row=row and row + n_rows)


def _keep(problems: list[Problem], problem: Problem) -> None:
    if len(problems) < N_SHOWN:
        problems.append(problem)


def shown(value: Any) -> str:
    """Give what was found, short, for a message."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = repr(value[:_SHOWN_CHARACTERS]) if isinstance(value, str) else orjson.dumps(value).decode()
    return f"{text}..." if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS else text
