"""Between jobs of the workspace and jobs on the wire."""

from __future__ import annotations

from dataclasses import asdict

from tuneport.api.fine_tuning.wire import (
    CheckpointList,
    CheckpointObject,
    CreateJobRequest,
    EventList,
    EventObject,
    Hyperparameters,
    HyperparametersRequest,
    JobErrorObject,
    JobList,
    JobObject,
    Method,
    Supervised,
)
from tuneport.core import InvalidRequest
from tuneport.workspace import Checkpoint, Job, JobEvent, JobRequest, Page, RequestedHyperparameters

CHECKPOINT_METRICS = (
    "step",
    "train_loss",
    "train_mean_token_accuracy",
    "valid_loss",
    "valid_mean_token_accuracy",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)


def job_request(body: CreateJobRequest) -> JobRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for what is not there yet."""
    if body.integrations:
        raise InvalidRequest(
            "'integrations' is given; trackers are planned and not there yet. Leave it out.",
            code="integrations_planned",
            param="integrations",
        )
    return JobRequest(
        model=body.model,
        training_file=body.training_file,
        validation_file=body.validation_file,
        method=body.method.type if body.method else "supervised",
        hyperparameters=_requested_hyperparameters(body),
        suffix=body.suffix,
        seed=body.seed,
        metadata=body.metadata or {},
    )


def _requested_hyperparameters(body: CreateJobRequest) -> RequestedHyperparameters:
    supervised = body.method.supervised if body.method else None
    given = (supervised and supervised.hyperparameters) or None
    if given is not None and body.hyperparameters is not None and given != body.hyperparameters:
        raise InvalidRequest(
            "'hyperparameters' and 'method.supervised.hyperparameters' differ. Give them in one place.",
            code="hyperparameters_differ",
            param="hyperparameters",
        )
    chosen = given or body.hyperparameters or HyperparametersRequest()
    return RequestedHyperparameters(
        n_epochs=chosen.n_epochs or "auto",
        batch_size=chosen.batch_size or "auto",
        learning_rate_multiplier=chosen.learning_rate_multiplier or "auto",
    )


def job_object(job: Job, *, organization: str) -> JobObject:
    hyperparameters = Hyperparameters(**asdict(job.hyperparameters))
    return JobObject(
        id=job.id,
        created_at=job.created_at,
        finished_at=job.finished_at,
        estimated_finish=job.estimated_finish,
        status=job.status,
        model=job.base_model,
        fine_tuned_model=job.tuned_model,
        organization_id=organization,
        training_file=job.training_file,
        validation_file=job.validation_file,
        result_files=[job.result_file] if job.result_file else [],
        hyperparameters=hyperparameters,
        method=Method(supervised=Supervised(hyperparameters=hyperparameters)),
        seed=job.seed,
        trained_tokens=job.trained_tokens,
        error=JobErrorObject(**asdict(job.error)) if job.error else None,
        integrations=[],
        metadata=job.metadata or None,
        user_provided_suffix=job.suffix,
    )


def job_list(page: Page[Job], *, organization: str) -> JobList:
    return JobList(data=[job_object(job, organization=organization) for job in page.items], has_more=page.has_more)


def event_list(page: Page[JobEvent]) -> EventList:
    return EventList(data=[EventObject(**asdict(event)) for event in page.items], has_more=page.has_more)


def checkpoint_list(page: Page[Checkpoint]) -> CheckpointList:
    return CheckpointList(
        data=[_checkpoint_object(checkpoint) for checkpoint in page.items],
        first_id=page.items[0].id if page.items else None,
        last_id=page.items[-1].id if page.items else None,
        has_more=page.has_more,
    )


def _checkpoint_object(checkpoint: Checkpoint) -> CheckpointObject:
    metrics = checkpoint.metrics
    return CheckpointObject(
        id=checkpoint.id,
        created_at=checkpoint.created_at,
        fine_tuned_model_checkpoint=checkpoint.model_name,
        fine_tuning_job_id=checkpoint.job_id,
        step_number=checkpoint.step,
        metrics={name: metrics[name] for name in CHECKPOINT_METRICS if name in metrics},
    )
