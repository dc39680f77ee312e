"""The routes of fine-tuning jobs."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from tuneport.api.fine_tuning.no_metadata import asks_for_no_metadata, jobs_without_metadata
from tuneport.api.fine_tuning.translate import checkpoint_list, event_list, job_list, job_object, job_request
from tuneport.api.fine_tuning.wire import CheckpointList, CreateJobRequest, EventList, JobList, JobObject
from tuneport.api.json_route import JsonRoute
from tuneport.api.metadata_query import wanted_metadata
from tuneport.api.page_query import CheckpointsQuery, PageQuery
from tuneport.api.project_dependency import ProjectDependency
from tuneport.workspace import Job, Project

router = APIRouter(prefix="/v1/fine_tuning/jobs", tags=["fine-tuning"], route_class=JsonRoute)


@router.post("")
def create_job(project: ProjectDependency, body: CreateJobRequest) -> JobObject:
    return _object(project, project.jobs.create(job_request(body)))


@router.get("")
async def list_jobs(request: Request, project: ProjectDependency, page: PageQuery) -> JobList:
    """List jobs; `metadata[key]=value` gives those that carry it, `metadata=null` those that carry none."""
    wanted = wanted_metadata(request.query_params)
    # No index knows metadata: the search may go through every job, so it has a thread.
    if asks_for_no_metadata(request.query_params):
        found = await run_in_threadpool(jobs_without_metadata, project.jobs.list, page)
    elif wanted:
        found = await run_in_threadpool(project.jobs.list, page, metadata=wanted)
    else:
        found = project.jobs.list(page)
    return job_list(found, organization=project.settings.organization)


@router.get("/{job_id}")
async def retrieve_job(project: ProjectDependency, job_id: str) -> JobObject:
    return _object(project, project.jobs.find(job_id))


@router.post("/{job_id}/cancel")
def cancel_job(project: ProjectDependency, job_id: str) -> JobObject:
    return _object(project, project.jobs.cancel(job_id))


@router.post("/{job_id}/pause")
def pause_job(project: ProjectDependency, job_id: str) -> JobObject:
    """Set a queued or running job aside; the accelerator goes to the next one."""
    return _object(project, project.jobs.pause(job_id))


@router.post("/{job_id}/resume")
def resume_job(project: ProjectDependency, job_id: str) -> JobObject:
    """Queue a paused job again; it goes on from its last checkpoint."""
    return _object(project, project.jobs.resume(job_id))


@router.get("/{job_id}/events")
async def list_events(project: ProjectDependency, job_id: str, page: PageQuery) -> EventList:
    return event_list(project.jobs.events(job_id, page))


@router.get("/{job_id}/checkpoints")
async def list_checkpoints(project: ProjectDependency, job_id: str, page: CheckpointsQuery) -> CheckpointList:
    return checkpoint_list(project.jobs.checkpoints(job_id, page))


def _object(project: Project, job: Job) -> JobObject:
    return job_object(job, organization=project.settings.organization)
