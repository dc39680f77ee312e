"""The query of every list: `after`, `limit` and `order`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from tuneport.workspace import PageRequest

MAX_LIMIT = 1000
MAX_FILES = 10_000


def _page(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> PageRequest:
    return PageRequest(after, limit, order)


def _checkpoints_page(after: str | None = None, limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10) -> PageRequest:
    return PageRequest(after, limit)


def _files_page(
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_FILES)] = MAX_FILES,
    order: Literal["asc", "desc"] = "desc",
) -> PageRequest:
    return PageRequest(after, limit, order)


PageQuery = Annotated[PageRequest, Depends(_page)]
CheckpointsQuery = Annotated[PageRequest, Depends(_checkpoints_page)]
FilesQuery = Annotated[PageRequest, Depends(_files_page)]
