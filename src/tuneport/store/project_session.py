"""Sessions that see one project: no query can forget to ask whose a record is."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from tuneport.core import Forbidden
from tuneport.store.key_tables import ProjectRow
from tuneport.store.tables import Owned

Rows = TypeVar("Rows", bound=Select[Any])


def of_all_projects(rows: Rows) -> Rows:
    """Let the query see the records of every project: the one way past a project's walls."""
    return rows.execution_options(of_all_projects=True)


class ProjectSession(Session):
    """Finds, changes and adds records of the project in `info["project_id"]`."""


@event.listens_for(ProjectSession, "do_orm_execute")
def _keep_to_project(state: ORMExecuteState) -> None:
    if not state.is_column_load and not state.execution_options.get("of_all_projects"):
        project_id = state.session.info["project_id"]
        is_own = with_loader_criteria(Owned, lambda table: table.project_id == project_id, include_aliases=True)
        state.statement = state.statement.options(is_own)


@event.listens_for(ProjectSession, "before_flush")
def _give_to_project(session: Session, _context: Any, _instances: Any) -> None:
    project_id = session.info["project_id"]
    for row in session.new:
        if isinstance(row, Owned):
            # A request may have been let in while the project was still worked in.
            _require_active(session, project_id)
            row.project_id = project_id


def _require_active(session: Session, project_id: str) -> None:
    archived_at = select(ProjectRow.archived_at).where(ProjectRow.id == project_id)
    if session.connection().scalar(archived_at) is not None:
        raise archived_project(project_id)


def archived_project(project_id: str) -> Forbidden:
    """Give the error for work in a project in which nobody works any more."""
    return Forbidden(
        f"The project {project_id!r} is archived, so nobody works in it. Work in another one; "
        f"`tuneport projects restore {project_id}` brings it back.",
        code="project_archived",
        param="project_id",
    )
