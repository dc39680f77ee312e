"""Deployments that are pinned: their engines are in memory before anybody asks."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import select

from tuneport.core import TuneportError
from tuneport.inference import EngineClient
from tuneport.store import Database, DeploymentRow
from tuneport.workspace.project import Project

log = logging.getLogger(__name__)


def pinned_engines(database: Database, find_project: Callable[[str], Project]) -> set[EngineClient]:
    """Give the engines of all pinned deployments, of all projects; one that has no model here is logged."""
    with database.read() as session:
        rows = session.execute(select(DeploymentRow.project_id, DeploymentRow.model).where(DeploymentRow.pinned)).all()
    engines = set()
    for project_id, model in rows:
        try:
            engines.add(find_project(project_id).engine_of(model))
        except TuneportError as error:
            log.warning("the pinned model %s has no engine: %s", model, error.message)
    return engines
