"""Work that goes on only as long as somebody waits for it."""

from __future__ import annotations

from collections.abc import Callable

Check = Callable[[], None]
"""Called every now and then while something is made; what it raises ends that."""


def go_on() -> None:
    """The check of what nobody can leave."""
