"""One record of a file, as it was found."""

from __future__ import annotations

from typing import Any, NamedTuple


class Record(NamedTuple):
    where: str
    """Such as `line 4`, `row 4` or the name of a transcript."""
    value: Any
    mistake: str = ""
    """Why it could not be read; empty where it could."""


class CannotConvert(ValueError):
    """A record that does not become a row; its text says why."""
