"""Projects: each has keys, files, jobs and models of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, new_id
from tuneport.store import Database, ProjectRow, archived_project

MAX_NAME_CHARACTERS = 100
_ID = re.compile(r"proj_[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class ProjectRecord:
    id: str
    created_at: int
    name: str
    archived_at: int | None
    """Since when nobody works in it; `None` on all others."""


class Projects:
    def __init__(self, database: Database, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._clock = clock
        self._lock = Lock()
        # Every request that names a project asks for it; one server has the home folder, so nobody else makes any.
        self.refresh()

    def create(self, name: str, *, project_id: str | None = None) -> ProjectRecord:
        """Make a project. `project_id`: an id to keep, such as that of a hosted project; `None` makes one.

        Raises `InvalidRequest`, or `Conflict` where the id is taken.
        """
        row = ProjectRow(
            id=_checked_id(project_id) if project_id is not None else new_id("proj_"),
            created_at=self._clock.now(),
            name=checked_name(name),
        )
        with self._database.write() as session:
            _require_free(session, row.id)
            session.add(row)
        self.refresh()
        return self._records[row.id]

    def list(self, *, also_archived: bool = False) -> tuple[ProjectRecord, ...]:
        """Give the projects, the oldest first."""
        return tuple(record for record in self._records.values() if also_archived or record.archived_at is None)

    def find(self, project_id: str, *, also_archived: bool = False) -> ProjectRecord:
        """Give the project. Raises `NotFound`, or `Forbidden` for one that is archived."""
        record = self._records.get(project_id)
        if record is None:
            raise NotFound(
                f"There is no project {project_id!r}. See `tuneport projects list`; "
                "`tuneport projects create NAME --id ID` makes one of that id.",
                code="project_not_found",
                param="project_id",
            )
        if record.archived_at is not None and not also_archived:
            raise archived_project(project_id)
        return record

    def refresh(self) -> None:
        """Read again what is recorded of projects."""
        # Under the lock, so that of two readings the one that began later stays.
        with self._lock, self._database.read() as session:
            rows = session.scalars(select(ProjectRow).order_by(ProjectRow.seq)).all()
            self._records = {row.id: _record_of(row) for row in rows}


def _require_free(session: Session, project_id: str) -> None:
    taken = session.scalar(select(ProjectRow).where(ProjectRow.id == project_id))
    if taken is not None:
        raise Conflict(
            f"There is a project {project_id!r} already, named {taken.name!r}. Use it, or give another id.",
            code="project_exists",
            param="id",
        )


def _record_of(row: ProjectRow) -> ProjectRecord:
    return ProjectRecord(row.id, row.created_at, row.name, row.archived_at)


def checked_name(name: str) -> str:
    """Give the name without the blanks around it. Raises `InvalidRequest`."""
    shown = name.strip()
    if not shown or len(shown) > MAX_NAME_CHARACTERS or not shown.isprintable():
        raise InvalidRequest(
            f"'name' is {name[:MAX_NAME_CHARACTERS]!r}. Use 1 to {MAX_NAME_CHARACTERS} printable characters.",
            code="invalid_name",
            param="name",
        )
    return shown


def _checked_id(project_id: str) -> str:
    if not _ID.fullmatch(project_id):
        raise InvalidRequest(
            f"'id' is {project_id[:100]!r}. Use 'proj_' and 1 to 64 letters, digits, '_' or '-'.",
            code="invalid_project_id",
            param="id",
        )
    return project_id
