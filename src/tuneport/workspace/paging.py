"""Which part of a list is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tuneport.store import Page, unknown_cursor

T = TypeVar("T")


@dataclass(frozen=True)
class PageRequest:
    after: str | None = None
    """Id of the last record of the page before."""
    limit: int = 20
    order: Literal["asc", "desc"] = "desc"
    """By time of creation."""


def cut_page(items: Sequence[T], page: PageRequest, id_of: Callable[[T], str]) -> Page[T]:
    """Give the page of `items`, which are all there are, the oldest first. Raises `InvalidRequest`."""
    ordered = list(items) if page.order == "asc" else list(reversed(items))
    if page.after is not None:
        ids = [id_of(item) for item in ordered]
        if page.after not in ids:
            raise unknown_cursor(page.after)
        ordered = ordered[ids.index(page.after) + 1 :]
    return Page(tuple(ordered[: page.limit]), has_more=len(ordered) > page.limit)
