"""The routes that only Tuneport has."""

from __future__ import annotations

from fastapi import APIRouter

from tuneport import __version__
from tuneport.api.project_dependency import ADMIN_ONLY, ProjectDependency
from tuneport.api.server_events import EventStream, begun
from tuneport.api.tuneport.translate import (
    catalog_record,
    comparison_object,
    comparison_request,
    machine_facts,
    preference_result,
    progress_object,
    pull_events,
)
from tuneport.api.tuneport.wire import (
    AnswerList,
    CatalogList,
    CompareRequest,
    ComparisonObject,
    Health,
    MachineFacts,
    PreferenceResult,
    Progress,
    PullRequest,
)

router = APIRouter(tags=["tuneport"])


@router.get("/health")
def health() -> Health:
    return Health(version=__version__)


@router.get("/v1/tuneport/machine")
def show_machine(project: ProjectDependency) -> MachineFacts:
    return machine_facts(project.report_machine())


@router.get("/v1/tuneport/models")
def list_catalog(project: ProjectDependency) -> CatalogList:
    return CatalogList(data=[catalog_record(entry) for entry in project.models.catalog()])


@router.post("/v1/tuneport/models", dependencies=[ADMIN_ONLY])
def pull_model(project: ProjectDependency, body: PullRequest) -> EventStream:
    """Get a base model; server-sent events tell how far it is, and end with its record or an error."""
    reports = project.follow_pull(body.source, name=body.name)
    return EventStream(pull_events(begun(reports)))


@router.get("/v1/tuneport/jobs/{job_id}/progress")
def show_progress(project: ProjectDependency, job_id: str) -> Progress:
    return progress_object(project.jobs.progress(job_id))


@router.get("/v1/tuneport/jobs/{job_id}/preferences")
def show_preferences(project: ProjectDependency, job_id: str) -> PreferenceResult:
    return preference_result(project.read_preferences(job_id))


@router.post("/v1/tuneport/comparisons")
def create_comparison(project: ProjectDependency, body: CompareRequest) -> ComparisonObject:
    return comparison_object(project.comparisons.create(comparison_request(body)))


@router.get("/v1/tuneport/comparisons/{comparison_id}")
def show_comparison(project: ProjectDependency, comparison_id: str) -> ComparisonObject:
    return comparison_object(project.comparisons.find(comparison_id))


@router.post("/v1/tuneport/comparisons/{comparison_id}/cancel")
def cancel_comparison(project: ProjectDependency, comparison_id: str) -> ComparisonObject:
    return comparison_object(project.comparisons.cancel(comparison_id))


@router.get("/v1/tuneport/comparisons/{comparison_id}/answers")
def list_answers(project: ProjectDependency, comparison_id: str) -> AnswerList:
    return AnswerList(data=project.comparisons.answers(comparison_id))
