"""The routes of projects."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.project_dependency import ADMIN_ONLY, WorkspaceDependency
from tuneport.api.projects.translate import project_list, project_object
from tuneport.api.projects.wire import CreateProjectRequest, ProjectList, ProjectObject

router = APIRouter(prefix="/v1/tuneport/projects", tags=["projects"], dependencies=[ADMIN_ONLY])


@router.post("")
def create_project(workspace: WorkspaceDependency, body: CreateProjectRequest) -> ProjectObject:
    return project_object(workspace.projects.create(body.name, project_id=body.id))


@router.get("")
def list_projects(workspace: WorkspaceDependency) -> ProjectList:
    """List every project, the oldest first."""
    return project_list(workspace.projects.list())
