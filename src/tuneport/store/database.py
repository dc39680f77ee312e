"""The records: one SQLite file, safe against a kill or a power cut at any moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tuneport.core import StorageFull
from tuneport.store.migrate import migrate
from tuneport.store.own_rows import Reading
from tuneport.store.project_session import ProjectSession

BUSY_TIMEOUT_MS = 30_000


class Database:
    def __init__(self, engine: Engine, path: Path, project_id: str | None = None) -> None:
        """`project_id`: whose records its sessions see; `None` sees all."""
        self._engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self._path = path
        self._project_id = project_id

    def of_project(self, project_id: str) -> Database:
        """Give the same database, with the records of one project only; what is added belongs to it."""
        return Database(self._engine, self._path, project_id)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give one consistent view; what is changed in it is dropped."""
        with self._session(self._engine) as session:
            yield session

    @contextmanager
    def read_rows(self) -> Iterator[Reading]:
        """Give the same for `OwnRows` alone, faster."""
        with self._engine.connect() as connection:
            yield Reading(connection, self._info())

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give one transaction: at the end all of it is on disk, after an error none. Raises `StorageFull`."""
        try:
            with self._session(self._writing_engine) as session, session.begin():
                yield session
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:
                raise
            raise StorageFull(
                f"{self._path}: the disk is full. Nothing was recorded. Free some space and try again."
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    def _session(self, engine: Engine) -> Session:
        if self._project_id is None:
            return Session(engine, expire_on_commit=False)
        return ProjectSession(engine, expire_on_commit=False, info=self._info())

    def _info(self) -> dict[Any, Any]:
        return {} if self._project_id is None else {"project_id": self._project_id}


def open_database(path: Path) -> Database:
    """Open the database of a home folder, made or brought up to date first where needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Short reads are done on the server's event loop, which must never wait for a connection that a writer holds.
    engine = create_engine(f"sqlite:///{path}", json_deserializer=orjson.loads, max_overflow=-1)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    migrate(engine)
    return Database(engine, path)


def _prepare_connection(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions start too late; `_begin` starts them instead.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    # What was acknowledged survives a power cut: WAL's usual "normal" may lose the last transactions.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer would be refused instead of waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
