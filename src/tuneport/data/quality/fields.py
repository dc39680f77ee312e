"""All texts of a row with the paths of their fields, whatever the row's shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_LONGEST_KEY = 30


def text_fields(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give path and text of every text in the row, in the row's order."""
    # A stack of our own: JSON may be nested deeper than Python recurses.
    open_values: list[tuple[str, Any]] = [("", row)]
    while open_values:
        path, value = open_values.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            prefix = f"{path}." if path else ""
            open_values += [(prefix + _shown(key), inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            last = len(value) - 1
            open_values += [(f"{path}[{last - back}]", inner) for back, inner in enumerate(reversed(value))]


def _shown(key: str) -> str:
    """Give the key as paths name it: one that is no plain word may itself be what must not be repeated."""
    return key if len(key) <= _LONGEST_KEY and key.replace("_", "").isalpha() else "…"
