"""The routes of models in Azure's words. A name may hold colons and slashes, so it is the rest of the path."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.models.translate import azure_model
from tuneport.api.azure.models.wire import AzureModel, AzureModelList
from tuneport.api.azure.names import own_model_name
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/openai/models", tags=["Azure: models"], responses=AZURE_ERRORS)


@router.get("")
def list_models(project: ProjectDependency, api_version: ApiVersion) -> AzureModelList:
    bases = project.models.bases()
    return AzureModelList(data=[azure_model(model, bases) for model in project.models.list()])


@router.get("/{name:path}")
def retrieve_model(project: ProjectDependency, name: str, api_version: ApiVersion) -> AzureModel:
    own_name = own_model_name(name, organization=project.settings.organization)
    return azure_model(project.models.entry(own_name), project.models.bases())


@router.delete("/{name:path}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def delete_model(project: ProjectDependency, name: str, api_version: ApiVersion) -> None:
    project.models.delete(own_model_name(name, organization=project.settings.organization))
