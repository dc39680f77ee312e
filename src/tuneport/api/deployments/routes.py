"""The routes of deployments in our own words."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport.api.deployments.translate import deployment_object, deployment_request
from tuneport.api.deployments.wire import (
    CreateDeploymentRequest,
    DeletedDeployment,
    DeploymentList,
    DeploymentObject,
)
from tuneport.api.project_dependency import ProjectDependency

router = APIRouter(prefix="/v1/tuneport/deployments", tags=["tuneport"])


@router.post("")
def create_deployment(project: ProjectDependency, body: CreateDeploymentRequest) -> DeploymentObject:
    """Let a model answer under a name of one's own."""
    return deployment_object(project.deployments.create(deployment_request(body)))


@router.get("")
def list_deployments(project: ProjectDependency) -> DeploymentList:
    return DeploymentList(data=[deployment_object(deployment) for deployment in project.deployments.list()])


@router.get("/{name}")
def show_deployment(project: ProjectDependency, name: str) -> DeploymentObject:
    return deployment_object(project.deployments.find(name))


@router.delete("/{name}")
def delete_deployment(project: ProjectDependency, name: str) -> DeletedDeployment:
    """Remove the name; the model stays."""
    project.deployments.delete(name)
    return DeletedDeployment(name=name)
