"""Deployments as Azure's management shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SkuRequest(_Request):
    name: Annotated[str, Field(min_length=1, max_length=64)] = "standard"
    capacity: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class DeployedModelRequest(_Request):
    format: str = "OpenAI"
    name: str
    """A tuned model, a checkpoint or a base model, in Azure's spelling or in ours."""
    version: str | None = None
    source: str | None = None
    """From here on: what says in which of Azure's accounts the model lies; here there is one."""
    source_account: Annotated[str | None, Field(alias="sourceAccount")] = None


class PropertiesRequest(_Request):
    model: DeployedModelRequest
    version_upgrade_option: Annotated[str | None, Field(alias="versionUpgradeOption")] = None
    """From here on: notes to Azure that change nothing here."""
    rai_policy_name: Annotated[str | None, Field(alias="raiPolicyName")] = None
    scale_settings: Annotated[dict[str, Any] | None, Field(alias="scaleSettings")] = None


class PutDeploymentRequest(_Request):
    sku: SkuRequest = Field(default_factory=SkuRequest)
    properties: PropertiesRequest
    tags: dict[str, str] | None = None
    """A note to Azure that changes nothing here."""


class Sku(BaseModel):
    name: str
    capacity: int


class DeployedModel(BaseModel):
    format: Literal["OpenAI"] = "OpenAI"
    name: str
    version: Literal["1"] = "1"


class Properties(BaseModel):
    model: DeployedModel
    provisioning_state: Annotated[Literal["Succeeded"], Field(serialization_alias="provisioningState")] = "Succeeded"
    """Nothing needs to be prepared: a deployment is there at once."""


class SystemData(BaseModel):
    created_at: Annotated[str, Field(serialization_alias="createdAt")]


class DeploymentResource(BaseModel):
    id: str
    """The path that it was asked for under."""
    type: Literal["Microsoft.CognitiveServices/accounts/deployments"] = (
        "Microsoft.CognitiveServices/accounts/deployments"
    )
    name: str
    sku: Sku
    properties: Properties
    system_data: Annotated[SystemData, Field(serialization_alias="systemData")]


class DeploymentResourceList(BaseModel):
    value: list[DeploymentResource]
