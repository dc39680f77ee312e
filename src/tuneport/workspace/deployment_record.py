"""A deployment in our words, and when it is removed for not being used."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tuneport.config import Settings
from tuneport.core import Conflict
from tuneport.store import Database, DeploymentRow, of_all_projects
from tuneport.workspace.lineage import is_tuned

DEVELOPER_SKU = "developertier"
"""Azure's word for a deployment to try a model with; it lives for a fixed time."""

USE_NOTED_EVERY_SECONDS = 60
"""More often would cost each answer a write to disk."""


@dataclass(frozen=True)
class DeploymentRequest:
    name: str
    model: str
    sku: str = "standard"
    capacity: int = 1
    pinned: bool | None = None
    """Whether its engine is to stay in memory; `None` leaves it as it was, or unpinned."""


@dataclass(frozen=True)
class Deployment:
    """A name under which a model answers."""

    name: str
    model: str
    sku: str
    capacity: int
    created_at: int
    last_used_at: int
    expires_at: int | None
    """When it is removed if it is not used until then; `None` for a base model's, which stays."""
    pinned: bool
    """Whether its engine stays in memory, also while nobody asks."""


def deployment_of(row: DeploymentRow, settings: Settings) -> Deployment:
    return Deployment(
        name=row.name,
        model=row.model,
        sku=row.sku,
        capacity=row.capacity,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=_expires_at(row, settings),
        pinned=row.pinned,
    )


def find_deployment_row(session: Session, name: str) -> DeploymentRow | None:
    return session.scalar(select(DeploymentRow).where(DeploymentRow.name == name))


def deployed_model(session: Session, name: str) -> str | None:
    """Give the model behind a deployment's name, `None` where there is no such deployment."""
    row = find_deployment_row(session, name)
    return None if row is None else row.model


def note_use(database: Database, name: str, *, at: int) -> None:
    """Note that the deployment of that name, if there is one, is in use."""
    with database.read() as session:
        row = find_deployment_row(session, name)
    if row is None or at - row.last_used_at < USE_NOTED_EVERY_SECONDS:
        return
    with database.write() as session:
        session.execute(update(DeploymentRow).where(DeploymentRow.name == name).values(last_used_at=at))


def require_not_deployed(session: Session, model: str) -> None:
    """Raise `Conflict` if a deployment of any project answers with the tuned model `model`."""
    row = session.scalar(of_all_projects(select(DeploymentRow).where(DeploymentRow.model == model).limit(1)))
    if row is None:
        return
    if session.info.get("project_id") in (None, row.project_id):
        who, what_to_do = f"the deployment {row.name!r}", "Delete the deployment first."
    else:
        who = f"a deployment of the project {row.project_id!r}"
        what_to_do = (
            "Ask there to delete it, or revoke that project's permission with an admin key, which removes it: "
            f"DELETE /v1/fine_tuning/checkpoints/{model}/permissions/ID."
        )
    raise Conflict(
        f"The model {model!r} cannot be deleted: {who} answers with it. {what_to_do}",
        code="model_deployed",
        param="model",
    )


def _expires_at(row: DeploymentRow, settings: Settings) -> int | None:
    if row.sku.lower() == DEVELOPER_SKU:
        return row.created_at + settings.developer_deployment_seconds
    if is_tuned(row.model) and not row.pinned:
        return row.last_used_at + settings.idle_deployment_seconds
    return None
