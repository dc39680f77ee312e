"""One page of a list, by the cursor of OpenAI's wire: the id of the last record seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Integer, Select, bindparam

from tuneport.core import InvalidRequest
from tuneport.store.own_rows import OwnRows, Reader, Shape

T = TypeVar("T")
Order = Literal["asc", "desc"]


@dataclass(frozen=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    has_more: bool


def read_page(
    reader: Reader,
    rows: OwnRows,
    *,
    after: str | None,
    limit: int,
    order: Order = "desc",
    cursor: str = "id",
    values: Mapping[str, Any] | None = None,
) -> Page[Any]:
    """Give up to `limit` of the rows that come after the one whose `cursor` column is `after`.

    Newest first where `order` is "desc". `values`: of each `bindparam` in the rows' conditions.
    Raises `InvalidRequest` if there is no such row.
    """
    given = dict(values or {})
    if after is not None:
        last_seen = rows.read(reader, _seq_at(cursor), after=after, **given)
        if not last_seen:
            raise unknown_cursor(after)
        given["after_seq"] = last_seen[0].seq
    found = rows.read(reader, _ordered(order, goes_on=after is not None), n_rows=limit + 1, **given)
    return Page(items=tuple(found[:limit]), has_more=len(found) > limit)


@cache
def _seq_at(cursor: str) -> Shape:
    def seq_at_cursor(rows: Select[Any]) -> Select[Any]:
        columns = rows.selected_columns
        return rows.with_only_columns(columns.seq).where(columns[cursor] == bindparam("after"))

    return seq_at_cursor


@cache
def _ordered(order: Order, *, goes_on: bool) -> Shape:
    def ordered(rows: Select[Any]) -> Select[Any]:
        seq, last_seen = rows.selected_columns.seq, bindparam("after_seq", type_=Integer)
        if goes_on:
            rows = rows.where(seq < last_seen if order == "desc" else seq > last_seen)
        return rows.order_by(seq.desc() if order == "desc" else seq).limit(bindparam("n_rows"))

    return ordered


def unknown_cursor(after: str) -> InvalidRequest:
    """Give the error for a page that begins after a record that is not there."""
    return InvalidRequest(
        f"'after' is {after!r}, which is not in this list. Give the id of the last record of the page before.",
        code="unknown_cursor",
        param="after",
    )
