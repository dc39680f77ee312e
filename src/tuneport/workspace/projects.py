"""Projects: each has keys, files, jobs and models of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select

from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, new_id
from tuneport.store import Database, ProjectRow

MAX_NAME_CHARACTERS = 100
_ID = re.compile(r"proj_[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class ProjectRecord:
    id: str
    created_at: int
    name: str


class Projects:
    def __init__(self, database: Database, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._clock = clock
        self._lock = Lock()
        # Every request that names a project asks for it; one server has the home folder, so nobody else makes any.
        self._records = self._read()

    def create(self, name: str, *, project_id: str | None = None) -> ProjectRecord:
        """Make a project. `project_id`: an id to keep, such as that of a hosted project; `None` makes one.

        Raises `InvalidRequest`, or `Conflict` where the id is taken.
        """
        row = ProjectRow(
            id=_checked_id(project_id) if project_id is not None else new_id("proj_"),
            created_at=self._clock.now(),
            name=checked_name(name),
        )
        with self._lock:
            self._require_free(row.id)
            with self._database.write() as session:
                session.add(row)
            self._records = self._read()
        return self._records[row.id]

    def list(self) -> tuple[ProjectRecord, ...]:
        """Give every project, the oldest first."""
        return tuple(self._records.values())

    def find(self, project_id: str) -> ProjectRecord:
        """Give the project. Raises `NotFound`."""
        record = self._records.get(project_id)
        if record is None:
            raise NotFound(
                f"There is no project {project_id!r}. See `tuneport projects list`; "
                "`tuneport projects create NAME --id ID` makes one of that id.",
                code="project_not_found",
                param="project_id",
            )
        return record

    def _require_free(self, project_id: str) -> None:
        if project_id in self._records:
            raise Conflict(
                f"There is a project {project_id!r} already, named {self._records[project_id].name!r}. "
                "Use it, or give another id.",
                code="project_exists",
                param="id",
            )

    def _read(self) -> dict[str, ProjectRecord]:
        with self._database.read() as session:
            rows = session.scalars(select(ProjectRow).order_by(ProjectRow.seq)).all()
        return {row.id: ProjectRecord(row.id, row.created_at, row.name) for row in rows}


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
