"""Projects in which nobody works any more: their keys and deployments end, and what they made stays."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tuneport.config import DEFAULT_PROJECT
from tuneport.core import Clock, Conflict, InvalidRequest
from tuneport.jobs import TERMINAL
from tuneport.store import BatchRow, ComparisonRow, Database, DeploymentRow, ExportRow, JobRow, KeyRow, ProjectRow
from tuneport.workspace.batch_status import ENDED
from tuneport.workspace.comparison_record import UNFINISHED as COMPARING
from tuneport.workspace.export_record import UNFINISHED as EXPORTING
from tuneport.workspace.keys import Keys
from tuneport.workspace.projects import ProjectRecord, Projects

MAX_NAMED = 5
"""So many of the project's unfinished works are named by their ids."""


class Archiving:
    def __init__(self, database: Database, projects: Projects, keys: Keys, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._projects = projects
        self._keys = keys
        self._clock = clock

    def archive(self, project_id: str) -> ProjectRecord:
        """Revoke the project's keys, remove its deployments, and let nobody work in it; its records and files stay.

        Raises `NotFound`, `Forbidden` where it is archived, `InvalidRequest` for the project of those without a key,
        and `Conflict` while work of it has not ended.
        """
        now = self._clock.now()
        self._projects.find(project_id)
        _require_no_default(project_id)
        with self._database.write() as session:
            _require_ended(session, project_id)
            _set_archived(session, project_id, now)
            is_valid = (KeyRow.project_id == project_id, KeyRow.revoked_at.is_(None))
            session.execute(update(KeyRow).where(*is_valid).values(revoked_at=now))
            # They would keep models of other projects from being deleted, and answer nobody.
            session.execute(delete(DeploymentRow).where(DeploymentRow.project_id == project_id))
        return self._read_again(project_id)

    def restore(self, project_id: str) -> ProjectRecord:
        """Let the project be worked in again; it needs new keys. Raises `NotFound`, or `Conflict` where it can be."""
        if self._projects.find(project_id, also_archived=True).archived_at is None:
            raise Conflict(
                f"The project {project_id!r} is not archived; there is nothing to restore.",
                code="project_not_archived",
                param="project_id",
            )
        with self._database.write() as session:
            _set_archived(session, project_id, None)
        return self._read_again(project_id)

    def _read_again(self, project_id: str) -> ProjectRecord:
        self._keys.refresh()
        self._projects.refresh()
        return self._projects.find(project_id, also_archived=True)


def _set_archived(session: Session, project_id: str, at: int | None) -> None:
    session.execute(update(ProjectRow).where(ProjectRow.id == project_id).values(archived_at=at))


def _require_no_default(project_id: str) -> None:
    if project_id == DEFAULT_PROJECT:
        raise InvalidRequest(
            f"{DEFAULT_PROJECT!r} is where everybody works who names no project, so it cannot be archived. "
            "Archive another, or revoke this one's keys: tuneport keys revoke KEY_ID.",
            code="default_project",
            param="project_id",
        )


def _require_ended(session: Session, project_id: str) -> None:
    unfinished = _unfinished(session, project_id)
    if unfinished:
        rest = len(unfinished) - MAX_NAMED
        named = ", ".join(unfinished[:MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        raise Conflict(
            f"In the project {project_id!r} work has not ended: {named}. Only a project without unfinished jobs, "
            "batches, comparisons and exports can be archived: cancel them, or wait for their end.",
            code="project_at_work",
            param="project_id",
        )


def _unfinished(session: Session, project_id: str) -> list[str]:
    """Give the ids of the project's jobs, batches, comparisons and exports that have not ended."""
    works = (
        select(JobRow.id).where(JobRow.project_id == project_id, JobRow.status.not_in(TERMINAL)),
        select(BatchRow.id).where(BatchRow.project_id == project_id, BatchRow.status.not_in(ENDED)),
        select(ComparisonRow.id).where(ComparisonRow.project_id == project_id, ComparisonRow.status.in_(COMPARING)),
        select(ExportRow.id).where(ExportRow.project_id == project_id, ExportRow.status.in_(EXPORTING)),
    )
    return [work_id for rows in works for work_id in session.scalars(rows)]
