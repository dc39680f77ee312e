"""One page of a list, by the cursor of OpenAI's wire: the id of the last record seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from tuneport.core import InvalidRequest

T = TypeVar("T")
Order = Literal["asc", "desc"]


@dataclass(frozen=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    has_more: bool


def read_page(
    session: Session,
    rows: Select[Any],
    *,
    after: str | None,
    limit: int,
    order: Order = "desc",
    cursor: str = "id",
) -> Page[Any]:
    """Give up to `limit` rows of the selection that come after the record whose `cursor` column is `after`.

    Newest first where `order` is "desc". Raises `InvalidRequest` if there is no such record in the selection.
    """
    table = rows.column_descriptions[0]["entity"]
    if after is not None:
        seq = session.scalar(rows.with_only_columns(table.seq).where(getattr(table, cursor) == after))
        if seq is None:
            raise unknown_cursor(after)
        rows = rows.where(table.seq < seq if order == "desc" else table.seq > seq)
    rows = rows.order_by(table.seq.desc() if order == "desc" else table.seq).limit(limit + 1)
    found = session.scalars(rows).all()
    return Page(items=tuple(found[:limit]), has_more=len(found) > limit)


def unknown_cursor(after: str) -> InvalidRequest:
    """Give the error for a page that begins after a record that is not there."""
    return InvalidRequest(
        f"'after' is {after!r}, which is not in this list. Give the id of the last record of the page before.",
        code="unknown_cursor",
        param="after",
    )
