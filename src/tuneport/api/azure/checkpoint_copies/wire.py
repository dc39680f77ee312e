"""Copies of checkpoints as Azure's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class CopyCheckpointRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    destination_resource_id: Annotated[str, Field(alias="destinationResourceId", min_length=1, max_length=1000)]
    """`/subscriptions/…/accounts/NAME`: a project of this server, by id or name; any other is the server itself."""
    region: str
    """A note to Azure that changes nothing here."""


class CopiedAccount(BaseModel):
    destination_resource_id: Annotated[str, Field(serialization_alias="destinationResourceId")]
    region: str
    status: Literal["Completed"] = "Completed"
    """Nothing needs to be moved: all projects of a server share its disk."""


class CheckpointCopy(BaseModel):
    checkpointed_model_name: Annotated[str, Field(serialization_alias="checkpointedModelName")]
    """The same as before, as at Azure: under it the other project uses the model."""
    fine_tuning_job_id: Annotated[str, Field(serialization_alias="fineTuningJobId")]
    copied_account_details: Annotated[list[CopiedAccount], Field(serialization_alias="copiedAccountDetails")]
