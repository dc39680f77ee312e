"""The routes of fine-tuning jobs."""

from __future__ import annotations

from fastapi import APIRouter, Request

from tuneport.api.fine_tuning.metadata_query import asks_for_no_metadata, jobs_without_metadata, wanted_metadata
from tuneport.api.fine_tuning.translate import checkpoint_list, event_list, job_list, job_object, job_request
from tuneport.api.fine_tuning.wire import CheckpointList, CreateJobRequest, EventList, JobList, JobObject
from tuneport.api.page_query import CheckpointsQuery, PageQuery
from tuneport.api.workspace_dependency import WorkspaceDependency
from tuneport.workspace import Job, Workspace

router = APIRouter(prefix="/v1/fine_tuning/jobs", tags=["fine-tuning"])


@router.post("")
def create_job(workspace: WorkspaceDependency, body: CreateJobRequest) -> JobObject:
    return _object(workspace, workspace.jobs.create(job_request(body)))


@router.get("")
def list_jobs(request: Request, workspace: WorkspaceDependency, page: PageQuery) -> JobList:
    """List jobs; `metadata[key]=value` gives those that carry it, `metadata=null` those that carry none."""
    if asks_for_no_metadata(request.query_params):
        found = jobs_without_metadata(workspace.jobs.list, page)
    else:
        found = workspace.jobs.list(page, metadata=wanted_metadata(request.query_params))
    return job_list(found, organization=workspace.settings.organization)


@router.get("/{job_id}")
def retrieve_job(workspace: WorkspaceDependency, job_id: str) -> JobObject:
    return _object(workspace, workspace.jobs.find(job_id))


@router.post("/{job_id}/cancel")
def cancel_job(workspace: WorkspaceDependency, job_id: str) -> JobObject:
    return _object(workspace, workspace.jobs.cancel(job_id))


@router.post("/{job_id}/pause")
def pause_job(workspace: WorkspaceDependency, job_id: str) -> JobObject:
    """Set a queued or running job aside; the accelerator goes to the next one."""
    return _object(workspace, workspace.jobs.pause(job_id))


@router.post("/{job_id}/resume")
def resume_job(workspace: WorkspaceDependency, job_id: str) -> JobObject:
    """Queue a paused job again; it goes on from its last checkpoint."""
    return _object(workspace, workspace.jobs.resume(job_id))


@router.get("/{job_id}/events")
def list_events(workspace: WorkspaceDependency, job_id: str, page: PageQuery) -> EventList:
    return event_list(workspace.jobs.events(job_id, page))


@router.get("/{job_id}/checkpoints")
def list_checkpoints(workspace: WorkspaceDependency, job_id: str, page: CheckpointsQuery) -> CheckpointList:
    return checkpoint_list(workspace.jobs.checkpoints(job_id, page))


def _object(workspace: Workspace, job: Job) -> JobObject:
    return job_object(job, organization=workspace.settings.organization)
