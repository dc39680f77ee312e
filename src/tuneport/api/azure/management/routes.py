"""The routes of Azure's management of deployments. Subscription, group and account may be any: here there is one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response, status

from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.management.translate import deployment_request, deployment_resource
from tuneport.api.azure.management.wire import DeploymentResource, DeploymentResourceList, PutDeploymentRequest
from tuneport.api.project_dependency import ProjectDependency

FOLDER = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{account}"
    "/deployments"
)

router = APIRouter(prefix=FOLDER, tags=["Azure: deployments"], responses=AZURE_ERRORS)


@router.put("/{name}", responses={201: {"model": DeploymentResource}})
def put_deployment(
    request: Request,
    response: Response,
    project: ProjectDependency,
    name: str,
    body: PutDeploymentRequest,
    api_version: ApiVersion,
) -> DeploymentResource:
    """Let a model answer under this name; 201 if the name is a new one."""
    wanted = deployment_request(name, body, organization=project.settings.organization)
    deployment, is_new = project.deployments.put(wanted)
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return deployment_resource(deployment, folder=_folder(request))


@router.get("")
def list_deployments(request: Request, project: ProjectDependency, api_version: ApiVersion) -> DeploymentResourceList:
    folder = request.url.path
    return DeploymentResourceList(
        value=[deployment_resource(deployment, folder=folder) for deployment in project.deployments.list()]
    )


@router.get("/{name}")
def retrieve_deployment(
    request: Request, project: ProjectDependency, name: str, api_version: ApiVersion
) -> DeploymentResource:
    return deployment_resource(project.deployments.find(name), folder=_folder(request))


@router.delete("/{name}", response_class=Response)
def delete_deployment(project: ProjectDependency, name: str, api_version: ApiVersion) -> Response:
    project.deployments.delete(name)
    return Response(status_code=status.HTTP_200_OK)


def _folder(request: Request) -> str:
    return request.url.path.rpartition("/")[0]
