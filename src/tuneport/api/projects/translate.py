"""Between projects of the workspace and projects on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from tuneport.api.projects.wire import ProjectList, ProjectObject
from tuneport.workspace import ProjectRecord


def project_object(project: ProjectRecord) -> ProjectObject:
    return ProjectObject(**asdict(project), status="active" if project.archived_at is None else "archived")


def project_list(projects: Iterable[ProjectRecord]) -> ProjectList:
    return ProjectList(data=[project_object(project) for project in projects])
