"""The routes of fine-tuning jobs in Azure's words."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response, status

from tuneport.api.azure.api_version import ApiVersion
from tuneport.api.azure.errors import AZURE_ERRORS
from tuneport.api.azure.fine_tuning.request import azure_job_request
from tuneport.api.azure.fine_tuning.translate import azure_checkpoint_list, azure_event_list, azure_job, azure_job_list
from tuneport.api.azure.fine_tuning.wire import AzureEventList, AzureJob, AzureJobList, CreateAzureJobRequest
from tuneport.api.azure.location import set_location
from tuneport.api.azure.names import own_checkpoint_id
from tuneport.api.fine_tuning.wire import CheckpointList
from tuneport.api.page_query import CheckpointsQuery, PageQuery
from tuneport.api.project_dependency import ProjectDependency
from tuneport.workspace import Job, Project

PATH = "/openai/fine_tuning/jobs"

router = APIRouter(prefix=PATH, tags=["Azure: fine-tuning"], responses=AZURE_ERRORS)


@router.post("", status_code=status.HTTP_201_CREATED)
def create_job(
    request: Request,
    response: Response,
    project: ProjectDependency,
    body: CreateAzureJobRequest,
    api_version: ApiVersion,
) -> AzureJob:
    job = project.jobs.create(azure_job_request(body, organization=project.settings.organization))
    set_location(request, response, f"{PATH}/{job.id}", api_version)
    return _object(project, job)


@router.get("")
async def list_jobs(project: ProjectDependency, page: PageQuery, api_version: ApiVersion) -> AzureJobList:
    return azure_job_list(project.jobs.list(page), organization=project.settings.organization)


@router.get("/{job_id}")
async def retrieve_job(project: ProjectDependency, job_id: str, api_version: ApiVersion) -> AzureJob:
    return _object(project, project.jobs.find(job_id))


@router.post("/{job_id}/cancel")
def cancel_job(project: ProjectDependency, job_id: str, api_version: ApiVersion) -> AzureJob:
    return _object(project, project.jobs.cancel(job_id))


@router.post("/{job_id}/pause")
def pause_job(project: ProjectDependency, job_id: str, api_version: ApiVersion) -> AzureJob:
    return _object(project, project.jobs.pause(job_id))


@router.post("/{job_id}/resume")
def resume_job(project: ProjectDependency, job_id: str, api_version: ApiVersion) -> AzureJob:
    return _object(project, project.jobs.resume(job_id))


@router.delete("/{job_id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def delete_job(project: ProjectDependency, job_id: str, api_version: ApiVersion) -> None:
    """Delete a job that has ended, with its events; its models and files stay."""
    project.jobs.delete(job_id)


@router.get("/{job_id}/events")
async def list_events(
    project: ProjectDependency, job_id: str, page: PageQuery, api_version: ApiVersion
) -> AzureEventList:
    return azure_event_list(project.jobs.events(job_id, page))


@router.get("/{job_id}/checkpoints")
async def list_checkpoints(
    project: ProjectDependency, job_id: str, page: CheckpointsQuery, api_version: ApiVersion
) -> CheckpointList:
    """List the checkpoints that are kept; the model that the job ended with is the newest of them."""
    after = own_checkpoint_id(page.after) if page.after else None
    return azure_checkpoint_list(project.jobs.checkpoints_and_model(job_id, replace(page, after=after)))


def _object(project: Project, job: Job) -> AzureJob:
    return azure_job(job, organization=project.settings.organization)
