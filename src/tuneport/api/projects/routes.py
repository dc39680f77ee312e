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
def list_projects(workspace: WorkspaceDependency, include_archived: bool = False) -> ProjectList:
    """List the projects, the oldest first."""
    return project_list(workspace.projects.list(also_archived=include_archived))


@router.post("/{project_id}/archive")
def archive_project(workspace: WorkspaceDependency, project_id: str) -> ProjectObject:
    """Revoke the project's keys and remove its deployments; nobody works in it any more, and its models stay."""
    return project_object(workspace.archiving.archive(project_id))


@router.post("/{project_id}/restore")
def restore_project(workspace: WorkspaceDependency, project_id: str) -> ProjectObject:
    """Let an archived project be worked in again; it needs new keys."""
    return project_object(workspace.archiving.restore(project_id))
