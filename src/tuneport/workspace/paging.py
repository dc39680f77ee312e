"""Which part of a list is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PageRequest:
    after: str | None = None
    """Id of the last record of the page before."""
    limit: int = 20
    order: Literal["asc", "desc"] = "desc"
    """By time of creation."""
