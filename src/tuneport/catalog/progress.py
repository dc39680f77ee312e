"""How far a pull is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PullProgress:
    stage: Literal["waiting", "downloading", "converting", "ready"]
    """`waiting`: another pull of the same model is under way."""
    bytes_done: int
    bytes_total: int | None
    """`None` where it is not known."""


OnProgress = Callable[[PullProgress], None]
"""Called some times a second. What it raises stops the pull; a download's bytes are kept for the next attempt."""
