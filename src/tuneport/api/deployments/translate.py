"""Between deployments of the workspace and deployments on our wire."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.deployments.wire import CreateDeploymentRequest, DeploymentObject
from tuneport.workspace import Deployment, DeploymentRequest


def deployment_request(body: CreateDeploymentRequest) -> DeploymentRequest:
    return DeploymentRequest(**body.model_dump())


def deployment_object(deployment: Deployment) -> DeploymentObject:
    return DeploymentObject(**asdict(deployment))
