"""The query of every list: `after`, `limit` and `order`. Coroutines, since a plain function would take a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from typing import Annotated, Literal, TypeVar

from fastapi import Depends, Query, Request

from tuneport.core import InvalidRequest
from tuneport.workspace import Page, PageRequest

T = TypeVar("T")

MAX_LIMIT = 1000
MAX_ITEMS = 100
MAX_FILES = 10_000
LISTS = frozenset({"include", "include[]"})
"""OpenAI's parameters that a client gives more than once."""


async def refuse_repeated_query(request: Request) -> None:
    """Raise `InvalidRequest` for a parameter that is given twice: which of the two counts would be a guess."""
    times = Counter(name for name, _ in request.query_params.multi_items() if name not in LISTS)
    name, n_times = max(times.items(), key=itemgetter(1), default=("", 0))
    if n_times > 1:
        raise InvalidRequest(
            f"The address gives {name!r} {n_times} times. Give it once.", code="repeated_parameter", param=name
        )


async def _page(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> PageRequest:
    return PageRequest(after, limit, order)


async def _checkpoints_page(
    after: str | None = None, limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10
) -> PageRequest:
    return PageRequest(after, limit)


async def _files_page(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_FILES)] = MAX_FILES,
    order: Literal["asc", "desc"] = "desc",
) -> PageRequest:
    return PageRequest(after, limit, order)


async def _oldest_first(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    order: Literal["asc", "desc"] = "asc",
) -> PageRequest:
    return PageRequest(after, limit, order)


async def _items_page(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ITEMS)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> PageRequest:
    return PageRequest(after, limit, order)


def page_ends(page: Page[T], id_of: Callable[[T], str]) -> tuple[str, str]:
    """Give the ids of the first and the last record; empty texts for an empty page, as the schema knows no null."""
    return (id_of(page.items[0]), id_of(page.items[-1])) if page.items else ("", "")


PageQuery = Annotated[PageRequest, Depends(_page)]
CheckpointsQuery = Annotated[PageRequest, Depends(_checkpoints_page)]
ItemsQuery = Annotated[PageRequest, Depends(_items_page)]
OldestFirstQuery = Annotated[PageRequest, Depends(_oldest_first)]
FilesQuery = Annotated[PageRequest, Depends(_files_page)]
