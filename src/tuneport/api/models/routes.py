"""The routes of models. A name may hold colons and slashes, so it is the rest of the path."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.models.translate import model_list, model_object
from tuneport.api.models.wire import DeletedModel, ModelList, ModelObject
from tuneport.api.workspace_dependency import WorkspaceDependency

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("")
def list_models(workspace: WorkspaceDependency) -> ModelList:
    return model_list(workspace.models.list())


@router.get("/{name:path}")
def retrieve_model(workspace: WorkspaceDependency, name: str) -> ModelObject:
    return model_object(workspace.models.find(name))


@router.delete("/{name:path}")
def delete_model(workspace: WorkspaceDependency, name: str) -> DeletedModel:
    workspace.models.delete(name)
    return DeletedModel(id=name)
