"""What is wrong with a data file, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from tuneport.data.rules import RULES

N_SHOWN = 20
"""Of whatever is found so many are told in full, the rest as counts."""
_SHOWN_CHARACTERS = 60


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
        return {**asdict(self), "message": self.message}


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

    @contextmanager
    def inside(self, part: str, *, is_list: bool = False) -> Iterator[None]:
        """Place the next problems in a part of the row that is like a chat row, or (`is_list`) like its messages."""
        self._part, self._is_list = part, is_list
        yield
        self._part = ""

    def add(self, code: str, field: str, found: str, hint: str = "") -> None:
        rule = RULES[code]
        self.counts_by_code[code] += 1
        if self._part:
            field = self._part + (field.removeprefix("messages") if self._is_list else f".{field}")
            found = f"in {self._part!r}, {found}"
        problem = Problem(code, self.line, self.row, field, found, rule.allowed, hint)
        if rule.severity == "error":
            self.n_errors += 1
            _keep(self.errors, problem)
        else:
            self.n_warnings += 1
            _keep(self.warnings, problem)


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
