"""The rows of a table that a session may see, read as columns.

Who follows a job asks over and over. Of such an answer the ORM's objects, and statements that are built anew each time,
would be most of the work: here a statement is built once and kept, and its rows are plain tuples with names.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from tuneport.store.tables import Owned, Table

Record = Any
"""A named tuple of a table's columns."""
Shape = Callable[[Select[Any]], Select[Any]]
"""Orders, cuts or narrows the query. Statements are kept by it, so it is a function that is made once."""


class Reader(Protocol):
    """What rows are read by: a session, or a `Reading`."""

    @property
    def info(self) -> dict[Any, Any]:
        """Has "project_id" where one project is seen."""
        ...

    def connection(self) -> Connection: ...


class Reading:
    """A connection without the ORM's session around it, which would be a tenth of a short read."""

    def __init__(self, connection: Connection, info: dict[Any, Any]) -> None:
        self._connection = connection
        self.info = info

    def connection(self) -> Connection:
        return self._connection


class OwnRows:
    """Those of the session's project, where it has one and the table's rows belong to one."""

    def __init__(self, table: type[Table], *conditions: ColumnElement[bool]) -> None:
        """`conditions` are about the table's own columns; a `bindparam` in them is given with each reading."""
        self._table = table
        self._conditions = conditions
        self._is_owned = issubclass(table, Owned)
        self._statements: dict[tuple[Shape, bool], Select[Any]] = {}

    def where(self, *conditions: ColumnElement[bool]) -> OwnRows:
        """Give those of the rows for which these conditions hold too."""
        return OwnRows(self._table, *self._conditions, *conditions)

    def read(self, reader: Reader, shape: Shape, /, **values: Any) -> list[Record]:
        """Read the rows as named tuples of their columns. `values`: of each `bindparam`, by its name."""
        project_id = reader.info.get("project_id") if self._is_owned else None
        key = (shape, project_id is not None)
        statement = self._statements.get(key)
        if statement is None:
            statement = self._statements[key] = self._statement(shape, is_own=project_id is not None)
        result = reader.connection().execute(statement, {"own_project": project_id, **values})
        # The names of SQLAlchemy's own rows are looked up ten times as slowly.
        return list(map(_record(tuple(result.keys())), result.all()))

    def _statement(self, shape: Shape, *, is_own: bool) -> Select[Any]:
        table = self._table.__table__
        rows = select(table).where(*self._conditions)
        if is_own:
            rows = rows.where(table.c.project_id == bindparam("own_project"))
        return shape(rows)


@cache
def _record(names: tuple[str, ...]) -> Callable[[Any], Record]:
    # mypy wants to read the names here.
    record: Any = namedtuple("Record", names)  # type: ignore[misc]
    make: Callable[[Any], Record] = record._make
    return make


def as_they_are(rows: Select[Any]) -> Select[Any]:
    """The shape of rows that are found by a condition alone."""
    return rows
