"""Between models that several projects use and Azure's copies of checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tuneport.api.azure.checkpoint_copies.wire import CheckpointCopy, CopiedAccount, CopyCheckpointRequest
from tuneport.api.azure.names import azure_model_name
from tuneport.api.dialect import Dialect, dialect
from tuneport.workspace import ProjectRecord, TunedModel

ACCOUNTS = "/subscriptions/local/resourceGroups/local/providers/Microsoft.CognitiveServices/accounts"
REGION = "local"


def project_of_account(resource_id: str, projects: Iterable[ProjectRecord]) -> ProjectRecord | None:
    """Give the project whose id or name the resource's id ends with; `None` where there is no such project."""
    account = resource_id.rstrip("/").rpartition("/")[2]
    return next((project for project in projects if account in (project.id, project.name)), None)


def account_of_request(body: CopyCheckpointRequest) -> CopiedAccount:
    return CopiedAccount(destination_resource_id=body.destination_resource_id, region=body.region)


def account_of_project(project_id: str) -> CopiedAccount:
    return CopiedAccount(destination_resource_id=f"{ACCOUNTS}/{project_id}", region=REGION)


def checkpoint_copy(model: TunedModel, accounts: Sequence[CopiedAccount]) -> CheckpointCopy:
    is_versioned = dialect.get() is Dialect.AZURE
    return CheckpointCopy(
        checkpointed_model_name=azure_model_name(model.name) if is_versioned else model.name,
        fine_tuning_job_id=model.job_id,
        copied_account_details=list(accounts),
    )
