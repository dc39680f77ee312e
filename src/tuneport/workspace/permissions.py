"""Which tuned models a project may use: its own, and those that an admin has granted to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from tuneport.core import Clock, Forbidden, NotFound, new_id
from tuneport.store import (
    Database,
    DeploymentRow,
    JobRow,
    ModelRow,
    OwnRows,
    Page,
    PermissionRow,
    of_all_projects,
    read_page,
)
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.projects import Projects


@dataclass(frozen=True)
class Permission:
    id: str
    created_at: int
    project_id: str
    """The project that may use the model."""


class Permissions:
    def __init__(self, database: Database, projects: Projects, clock: Clock) -> None:
        """`database` is that of all projects."""
        self._database = database
        self._projects = projects
        self._clock = clock

    def grant(self, model: str, project_ids: Sequence[str]) -> tuple[Permission, ...]:
        """Let the projects use the model, a tuned one or a checkpoint; what was granted before stays as it is.

        Raises `NotFound` for the model or a project, and `Forbidden` for a project that is archived.
        """
        for project_id in project_ids:
            self._projects.find(project_id)
        with self._database.write() as session:
            _require_model(session, model)
            rows = [self._grant(session, model, project_id) for project_id in dict.fromkeys(project_ids)]
        return tuple(map(_permission_of, rows))

    def list(self, model: str, page: PageRequest, *, project_id: str | None = None) -> Page[Permission]:
        """Give who may use the model, or whether one project may. Raises `NotFound` for the model."""
        rows = OwnRows(PermissionRow, PermissionRow.model_name == model)
        if project_id is not None:
            rows = rows.where(PermissionRow.project_id == project_id)
        with self._database.read() as session:
            _require_model(session, model)
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(_permission_of, found.items)), found.has_more)

    def owner_of(self, model: str) -> str:
        """Give the project that the model belongs to. Raises `NotFound`."""
        with self._database.read() as session:
            _require_model(session, model)
            return session.scalars(select(ModelRow.project_id).where(ModelRow.name == model)).one()

    def revoke(self, model: str, permission_id: str) -> None:
        """Take it back for all that begins from now on, and remove the project's deployments. Raises `NotFound`."""
        wanted = select(PermissionRow).where(PermissionRow.id == permission_id, PermissionRow.model_name == model)
        with self._database.write() as session:
            row = session.scalar(wanted)
            if row is None:
                raise NotFound(
                    f"The model {model!r} has no permission {permission_id[:100]!r}. List its permissions.",
                    code="permission_not_found",
                    param="permission_id",
                )
            session.delete(row)
            _remove_deployments(session, model, of_project=row.project_id)

    def _grant(self, session: Session, model: str, project_id: str) -> PermissionRow:
        same = (PermissionRow.model_name == model, PermissionRow.project_id == project_id)
        row = session.scalar(select(PermissionRow).where(*same))
        if row is None:
            row = PermissionRow(id=new_id("cp_"), created_at=self._clock.now(), model_name=model, project_id=project_id)
            session.add(row)
            session.flush()
        return row


def _remove_deployments(session: Session, model: str, *, of_project: str) -> None:
    """Remove what would not answer any more, and would keep the model from being deleted by its own project."""
    owner = session.scalar(select(ModelRow.project_id).where(ModelRow.name == model))
    if of_project != owner:
        same = (DeploymentRow.model == model, DeploymentRow.project_id == of_project)
        session.execute(delete(DeploymentRow).where(*same))


def usable_models(session: Session) -> Select[ModelRow]:
    """Give the query for the tuned models and checkpoints that the session's project may use."""
    project_id = session.info.get("project_id")
    if project_id is None:
        return select(ModelRow)
    granted = select(PermissionRow.model_name).where(PermissionRow.project_id == project_id)
    return of_all_projects(select(ModelRow).where(or_(ModelRow.project_id == project_id, ModelRow.name.in_(granted))))


def job_of_model(session: Session, row: ModelRow) -> JobRow:
    """Give the job that made a model which the project may use."""
    return session.scalars(of_all_projects(select(JobRow).where(JobRow.id == row.job_id))).one()


def require_own_model(session: Session, row: ModelRow) -> None:
    """Raise `Forbidden` if the model is another project's, which this one may only use."""
    if session.info.get("project_id") not in (None, row.project_id):
        raise Forbidden(
            f"The model {row.name!r} belongs to another project; this one may use it, and not delete it. "
            "Ask with a key of its own project.",
            code="not_own_model",
            param="model",
        )


def _require_model(session: Session, name: str) -> None:
    if session.scalar(select(ModelRow.seq).where(ModelRow.name == name)) is None:
        raise NotFound(
            f"The model {name!r} does not exist. Name a tuned model or a checkpoint, 'ft:…', of any project.",
            code="model_not_found",
            param="fine_tuned_model_checkpoint",
        )


def _permission_of(row: PermissionRow) -> Permission:
    return Permission(id=row.id, created_at=row.created_at, project_id=row.project_id)
