"""Between deployments of the workspace and those of Azure's management."""

from __future__ import annotations

from datetime import UTC, datetime

from tuneport.api.azure.management.wire import (
    DeployedModel,
    DeploymentResource,
    Properties,
    PutDeploymentRequest,
    Sku,
    SystemData,
)
from tuneport.api.azure.names import azure_model_name, own_model_name
from tuneport.workspace import Deployment, DeploymentRequest


def deployment_request(name: str, body: PutDeploymentRequest, *, organization: str) -> DeploymentRequest:
    model = own_model_name(body.properties.model.name, organization=organization)
    return DeploymentRequest(name=name, model=model, sku=body.sku.name, capacity=body.sku.capacity)


def deployment_resource(deployment: Deployment, *, folder: str) -> DeploymentResource:
    """`folder`: the path of all deployments of the account that was asked for."""
    return DeploymentResource(
        id=f"{folder}/{deployment.name}",
        name=deployment.name,
        sku=Sku(name=deployment.sku, capacity=deployment.capacity),
        properties=Properties(model=DeployedModel(name=azure_model_name(deployment.model))),
        system_data=SystemData(created_at=datetime.fromtimestamp(deployment.created_at, UTC).isoformat()),
    )
