"""The routes of models. A name may hold colons and slashes, so it is the rest of the path."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.json_route import JsonRoute
from tuneport.api.models.translate import model_list, model_object
from tuneport.api.models.wire import DeletedModel, ModelList, ModelObject
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/models", tags=["models"], route_class=JsonRoute)


@router.get("")
def list_models(project: ProjectDependency) -> ModelList:
    return model_list(project.models.list())


@router.get("/{name:path}")
def retrieve_model(project: ProjectDependency, name: str) -> ModelObject:
    return model_object(project.models.entry(name))


@router.delete("/{name:path}")
def delete_model(project: ProjectDependency, name: str) -> DeletedModel:
    project.models.delete(name)
    return DeletedModel(id=name)
