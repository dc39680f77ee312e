"""Deployments: names under which models answer, as at Azure."""

from __future__ import annotations

import logging
import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tuneport.config import Settings
from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, QuotaExceeded
from tuneport.store import Database, DeploymentRow
from tuneport.workspace.deployment_record import Deployment, DeploymentRequest, deployment_of, find_deployment_row
from tuneport.workspace.lineage import TUNED_STARTS, is_tuned
from tuneport.workspace.models import Models

log = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def remove_unused_deployments(database: Database, settings: Settings, *, now: int) -> None:
    """Remove the deployments whose time is over; their models stay."""
    with database.write() as session:
        for row in session.scalars(select(DeploymentRow)):
            expires_at = deployment_of(row, settings).expires_at
            if expires_at is not None and expires_at <= now:
                log.info("deployment %s of %s is removed: its time was over at %s", row.name, row.model, expires_at)
                session.delete(row)


class Deployments:
    def __init__(self, database: Database, models: Models, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._models = models
        self._settings = settings
        self._clock = clock

    def create(self, request: DeploymentRequest) -> Deployment:
        """Let a model answer under a new name. Raises as `put`, and `Conflict` where the name is taken."""
        with self._database.write() as session:
            taken = find_deployment_row(session, request.name)
            if taken is not None:
                raise Conflict(
                    f"The deployment {request.name!r} exists and answers with {taken.model!r}. "
                    "Delete it first, or choose another name.",
                    code="deployment_name_taken",
                    param="name",
                )
            return self._put(session, request)[0]

    def put(self, request: DeploymentRequest) -> tuple[Deployment, bool]:
        """Let a model answer under this name from now on; say whether the name is a new one.

        Raises `NotFound` for an unknown model, `InvalidRequest` for a name that can't be one, and `QuotaExceeded`.
        """
        with self._database.write() as session:
            return self._put(session, request)

    def _put(self, session: Session, request: DeploymentRequest) -> tuple[Deployment, bool]:
        _check_name(request.name)
        row = find_deployment_row(session, request.name)
        # From the first query of `session` on nobody else writes: the model cannot be deleted before its deployment
        # is there to forbid that.
        model = self._models.find(request.model).name
        self._require_room(session, request.name, model)
        now = self._clock.now()
        is_new = row is None
        if row is None:
            row = DeploymentRow(name=request.name, created_at=now)
            session.add(row)
        row.model, row.sku, row.capacity, row.last_used_at = model, request.sku, request.capacity, now
        if request.pinned is not None:
            row.pinned = request.pinned
        session.flush()
        return deployment_of(row, self._settings), is_new

    def list(self) -> tuple[Deployment, ...]:
        """Give all, newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(DeploymentRow).order_by(DeploymentRow.seq.desc()))
            return tuple(deployment_of(row, self._settings) for row in rows)

    def find(self, name: str) -> Deployment:
        """Give the deployment. Raises `NotFound`."""
        with self._database.read() as session:
            return deployment_of(_row(session, name), self._settings)

    def delete(self, name: str) -> None:
        """Remove the name; the model stays. Raises `NotFound`."""
        with self._database.write() as session:
            session.delete(_row(session, name))

    def _require_room(self, session: Session, name: str, model: str) -> None:
        most = self._settings.max_tuned_deployments
        if most is None or not is_tuned(model):
            return
        is_tuned_row = DeploymentRow.model.startswith(TUNED_STARTS[0])
        others = select(func.count()).select_from(DeploymentRow).where(is_tuned_row, DeploymentRow.name != name)
        if (session.scalar(others) or 0) >= most:
            raise QuotaExceeded(
                f"There are {most} deployments of tuned models, the most that this server takes. "
                "Delete one of them first.",
                code="deployment_quota_exceeded",
                param="name",
            )


def _row(session: Session, name: str) -> DeploymentRow:
    row = find_deployment_row(session, name)
    if row is None:
        raise NotFound(
            f"No such deployment: {name!r}. List the deployments to see those there.",
            code="deployment_not_found",
            param="name",
        )
    return row


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"A deployment cannot be named {name!r}. Use 1 to 64 letters, digits, '.', '_' or '-', "
            "beginning with a letter or digit.",
            code="invalid_deployment_name",
            param="name",
        )
