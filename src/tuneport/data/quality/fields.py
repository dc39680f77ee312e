"""All texts of a row with their fields, whatever the row's shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_PATH_CHARACTERS = 200
_LONGEST_KEY = 30


@dataclass(frozen=True, slots=True)
class Field:
    """A field as its place in the one that holds it: few are shown, so no path is written before it is asked for."""

    holder: Field | None
    """`None` for the row itself."""
    place: str | int

    @property
    def path(self) -> str:
        """Such as `messages[2].content`; of a long one the end."""
        parts: list[str] = []
        n_characters = 0
        field: Field | None = self
        while field is not None and field.holder is not None and n_characters <= MAX_PATH_CHARACTERS:
            parts.append(f"[{field.place}]" if isinstance(field.place, int) else f".{_shown(field.place)}")
            n_characters += len(parts[-1])
            field = field.holder
        path = "".join(reversed(parts)).removeprefix(".")
        return path if len(path) <= MAX_PATH_CHARACTERS else "…" + path[1 - MAX_PATH_CHARACTERS :]


def text_fields(row: dict[str, Any]) -> Iterator[tuple[Field, str]]:
    """Give field and text of every text in the row, in the row's order."""
    # A stack of our own: JSON may be nested deeper than Python recurses.
    open_values: list[tuple[Field, Any]] = [(Field(None, ""), row)]
    while open_values:
        field, value = open_values.pop()
        if isinstance(value, str):
            yield field, value
            continue
        places = enumerate(value) if isinstance(value, list) else value.items()
        inner = [(Field(field, place), held) for place, held in places if isinstance(held, str | list | dict)]
        open_values += reversed(inner)


def _shown(key: str) -> str:
    """Give the key as paths name it: one that is no plain word may itself be what must not be repeated."""
    return key if len(key) <= _LONGEST_KEY and key.replace("_", "").isalpha() else "…"
