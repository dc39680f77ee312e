"""The routes of keys."""

from __future__ import annotations

from fastapi import APIRouter, Response

from tuneport.api.idempotency import NOT_KEPT
from tuneport.api.keys.translate import key_list, key_object, new_key_object
from tuneport.api.keys.wire import CreateKeyRequest, KeyList, KeyObject, NewKeyObject, RotateKeyRequest
from tuneport.api.page_query import PageQuery
from tuneport.api.project_dependency import ADMIN_ONLY, WorkspaceDependency
from tuneport.workspace import Key, Workspace

router = APIRouter(prefix="/v1/tuneport/keys", tags=["keys"], dependencies=[ADMIN_ONLY])


@router.post("")
def create_key(workspace: WorkspaceDependency, response: Response, body: CreateKeyRequest) -> NewKeyObject:
    """Make a key; its text is in this answer and nowhere else."""
    key, secret = workspace.keys.create(
        body.name, project_id=body.project_id, scope=body.scope, seconds=body.expires_in_seconds
    )
    return _shown_once(workspace, response, key, secret)


@router.get("")
def list_keys(workspace: WorkspaceDependency, page: PageQuery) -> KeyList:
    """List the keys of all projects, those that hold no more included."""
    return key_list(workspace.keys.list(page), now=workspace.clock.now())


@router.post("/{key_id}/rotate")
def rotate_key(workspace: WorkspaceDependency, response: Response, key_id: str, body: RotateKeyRequest) -> NewKeyObject:
    """Make a key in place of this one; its text is in this answer and nowhere else."""
    key, secret = workspace.keys.rotate(key_id, grace_seconds=body.grace_seconds)
    return _shown_once(workspace, response, key, secret)


@router.post("/{key_id}/revoke")
def revoke_key(workspace: WorkspaceDependency, key_id: str) -> KeyObject:
    """Make the key hold no more, from now on."""
    return key_object(workspace.keys.revoke(key_id), now=workspace.clock.now())


def _shown_once(workspace: Workspace, response: Response, key: Key, secret: str) -> NewKeyObject:
    response.headers["Cache-Control"] = NOT_KEPT
    return new_key_object(key, secret, now=workspace.clock.now())
