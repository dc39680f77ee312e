"""JSON that says the same once it is read and written again, and JSON that does not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

_WHOLE_NUMBERS = range(-(2**63), 2**64)
_MOST_DIGITS = 20
_SHOWN_CHARACTERS = 40


class UnrepairableError(Exception):
    """A row cannot be put right without guessing, or not written again without a change of its meaning."""

    def __init__(self, code: str, found: str) -> None:
        super().__init__(found)
        self.code = code
        """Of the check, or `repeated_key`."""
        self.found = found


def check_exact(text: bytes | str) -> None:
    """Raise `UnrepairableError` for a JSON text with a key twice in one object, or a number that would be rounded."""
    decoded = text.decode() if isinstance(text, bytes) else text
    try:
        json.loads(decoded, parse_int=_check_whole, parse_float=check_fraction, object_pairs_hook=_check_pairs)
    except RecursionError:
        raise UnrepairableError("nested_too_deep", "the row is nested too deep to be written again") from None


def check_keys(keys: Iterable[str]) -> None:
    """Raise `UnrepairableError` for the first key that comes twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise UnrepairableError("repeated_key", f"the key {_shown(key)} stands twice in one object")
        seen.add(key)


def check_fraction(digits: str) -> None:
    """Raise `UnrepairableError` for a number that 64 bits only hold rounded."""
    try:
        is_exact = Decimal(digits) == Decimal(repr(float(digits)))
    except InvalidOperation:
        is_exact = False
    if not is_exact:
        raise _rounded(digits)


def _check_whole(digits: str) -> None:
    if len(digits) > _MOST_DIGITS or int(digits) not in _WHOLE_NUMBERS:
        raise _rounded(digits)


def _check_pairs(pairs: list[tuple[str, Any]]) -> None:
    check_keys(key for key, _ in pairs)


def _rounded(digits: str) -> UnrepairableError:
    return UnrepairableError("number_out_of_range", f"the number {_shown(digits)} would be rounded")


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]!r}..."
