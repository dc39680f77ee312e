"""Sessions that see one project: no query can forget to ask whose a record is."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

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
    for row in session.new:
        if isinstance(row, Owned):
            row.project_id = session.info["project_id"]
