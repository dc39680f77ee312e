"""The routes of Azure's copies of checkpoints: here a copy is the permission to use the model, under the same name."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request

from tuneport.api.access import caller_of
from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.checkpoint_copies.translate import (
    account_of_project,
    account_of_request,
    checkpoint_copy,
    project_of_account,
)
from tuneport.api.azure.checkpoint_copies.wire import CheckpointCopy, CopyCheckpointRequest
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.names import own_model_name
from tuneport.api.project_dependency import ProjectDependency, WorkspaceDependency
from tuneport.core import NotFound
from tuneport.workspace import PageRequest, Project, TunedModel

PATH = "/{job_id}/checkpoints/{checkpoint:path}/copy"
MOST_COPIES = 1000


async def _wants_version(api_version: ApiVersion) -> None:
    """Only told in the description: a request without one does not get this far."""


versioned_router = APIRouter(
    prefix="/openai/fine_tuning/jobs",
    tags=["Azure: fine-tuning"],
    responses=AZURE_ERRORS,
    dependencies=[Depends(_wants_version)],
)
unversioned_router = APIRouter(prefix="/v1/fine_tuning/jobs", tags=["Azure: fine-tuning"])


@versioned_router.post(PATH)
@unversioned_router.post(PATH)
def copy_checkpoint(
    request: Request,
    workspace: WorkspaceDependency,
    project: ProjectDependency,
    job_id: str,
    checkpoint: str,
    body: CopyCheckpointRequest,
) -> CheckpointCopy:
    """Let another project of this server use the checkpoint; for that, an admin key is asked for.

    An account that is no project's is taken for this server, where the checkpoint is already.
    """
    model = _checkpoint_of(project, job_id, checkpoint)
    destination = project_of_account(body.destination_resource_id, workspace.projects.list())
    caller = caller_of(request.scope)
    if destination is not None and caller is not None and destination.id != caller.project_id:
        caller.require("admin", f"A copy to the project {destination.id!r}")
        workspace.permissions.grant(model.name, [destination.id])
    return checkpoint_copy(model, [account_of_request(body)])


@versioned_router.get(PATH)
@unversioned_router.get(PATH)
def retrieve_copies(
    workspace: WorkspaceDependency, project: ProjectDependency, job_id: str, checkpoint: str
) -> CheckpointCopy:
    """List where the checkpoint can be used: in the project of its job, and in those that have a copy."""
    model = _checkpoint_of(project, job_id, checkpoint)
    granted = workspace.permissions.list(model.name, PageRequest(limit=MOST_COPIES)).items
    owner = workspace.permissions.owner_of(model.name)
    ids = dict.fromkeys((owner, *(permission.project_id for permission in granted)))
    return checkpoint_copy(model, [account_of_project(project_id) for project_id in ids])


def _checkpoint_of(project: Project, job_id: str, name: str) -> TunedModel:
    """Give a checkpoint of the project's own job, or the model that it ended with. Raises `NotFound`."""
    job = project.jobs.find(job_id)
    model = project.models.find_tuned(own_model_name(name, organization=project.settings.organization))
    if model.job_id != job.id:
        raise NotFound(
            f"{name[:200]!r} is no checkpoint of the job {job.id}. List the job's checkpoints to see those there.",
            code="checkpoint_not_found",
            param="checkpoint",
        )
    return model
