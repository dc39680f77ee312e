"""The routes of checkpoint permissions: which other projects may use a tuned model."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from tuneport.api.checkpoint_permissions.translate import permission_list
from tuneport.api.checkpoint_permissions.wire import CreatePermissionRequest, DeletedPermission, PermissionList
from tuneport.api.page_query import MAX_LIMIT
from tuneport.api.project_dependency import ADMIN_ONLY, WorkspaceDependency
from tuneport.workspace import Page, PageRequest

router = APIRouter(prefix="/v1/fine_tuning/checkpoints", tags=["fine-tuning"], dependencies=[ADMIN_ONLY])


@router.post("/{checkpoint:path}/permissions")
def create_permissions(
    workspace: WorkspaceDependency, checkpoint: str, body: CreatePermissionRequest
) -> PermissionList:
    """Let other projects use the model, and go on from it."""
    return permission_list(Page(workspace.permissions.grant(checkpoint, body.project_ids), has_more=False))


@router.get("/{checkpoint:path}/permissions")
def list_permissions(
    workspace: WorkspaceDependency,
    checkpoint: str,
    project_id: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10,
    order: Literal["ascending", "descending"] = "descending",
) -> PermissionList:
    page = PageRequest(after, limit, "asc" if order == "ascending" else "desc")
    return permission_list(workspace.permissions.list(checkpoint, page, project_id=project_id))


@router.delete("/{checkpoint:path}/permissions/{permission_id}")
def delete_permission(workspace: WorkspaceDependency, checkpoint: str, permission_id: str) -> DeletedPermission:
    """Take a permission back, for all that begins from now on."""
    workspace.permissions.revoke(checkpoint, permission_id)
    return DeletedPermission(id=permission_id)
