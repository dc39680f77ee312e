"""Between jobs of the workspace and jobs on Azure's wire."""

from __future__ import annotations

import re
from dataclasses import asdict, replace

from tuneport.api.azure.fine_tuning.wire import (
    AzureDpo,
    AzureDpoMethod,
    AzureEvent,
    AzureEventList,
    AzureHyperparameters,
    AzureJob,
    AzureJobList,
    AzureSupervised,
    AzureSupervisedMethod,
)
from tuneport.api.azure.names import azure_checkpoint_id, azure_model_name
from tuneport.api.fine_tuning.translate import checkpoint_list, job_object
from tuneport.api.fine_tuning.wire import CheckpointList, JobObject, TuneportFacts
from tuneport.workspace import Checkpoint, Job, JobEvent, JobStatus, Page

STATUS_WORD = {
    JobStatus.VALIDATING_FILES: "pending",
    JobStatus.QUEUED: "pending",
}
"""Those for which Azure has another word."""
RESUMING = "resuming"
JOB_SUCCEEDED = "Job succeeded."
_OWN_NAME = re.compile(r"ft:[^\s:]+:[^\s:]*:[^\s:]*:\w{8}(?::ckpt-step-\d+)?")
_STEP = re.compile(r"Step (\d+)/\d+: ")


def azure_job(job: Job, *, organization: str) -> AzureJob:
    """Give the job in Azure's words, made from OpenAI's."""
    wire = job_object(job, organization=organization)
    fields = wire.model_dump(include=AzureJob.model_fields.keys() - {"hyperparameters", "method", "tuneport", "status"})
    return AzureJob.model_validate(
        fields
        | {
            "updated_at": job.finished_at or job.created_at,
            "status": _status(job),
            "fine_tuned_model": azure_model_name(job.tuned_model) if job.tuned_model else None,
            "organisation_id": organization,
            "result_files": None if job.finished_at is None else wire.result_files,
            "hyperparameters": _hyperparameters(job),
            "method": _method(job),
            "suffix": job.suffix,
            "trainingType": job.training_type,
            "tuneport": _facts(wire),
        }
    )


def azure_job_list(page: Page[Job], *, organization: str) -> AzureJobList:
    return AzureJobList(data=[azure_job(job, organization=organization) for job in page.items], has_more=page.has_more)


def azure_event_list(page: Page[JobEvent]) -> AzureEventList:
    return AzureEventList(data=[_event(event) for event in page.items], has_more=page.has_more)


def azure_checkpoint_list(page: Page[Checkpoint]) -> CheckpointList:
    return checkpoint_list(Page(tuple(map(_spelled, page.items)), page.has_more))


def _status(job: Job) -> str:
    if job.status is JobStatus.QUEUED and job.attempt > 0:
        return RESUMING
    return STATUS_WORD.get(job.status, job.status)


def _hyperparameters(job: Job) -> AzureHyperparameters:
    chosen = job.hyperparameters
    return AzureHyperparameters(
        n_epochs=-1 if chosen.n_epochs == "auto" else chosen.n_epochs,
        batch_size=-1 if chosen.batch_size == "auto" else chosen.batch_size,
        learning_rate_multiplier=1 if chosen.learning_rate_multiplier == "auto" else chosen.learning_rate_multiplier,
    )


def _method(job: Job) -> AzureSupervisedMethod | AzureDpoMethod:
    if job.method != "dpo":
        return AzureSupervisedMethod(supervised=AzureSupervised(hyperparameters=_hyperparameters(job)))
    beta = job.hyperparameters.beta
    return AzureDpoMethod(dpo=AzureDpo(beta=None if beta == "auto" else beta))


def _facts(wire: JobObject) -> TuneportFacts:
    lineage = [azure_model_name(name) for name in wire.tuneport.lineage]
    return wire.tuneport.model_copy(update={"lineage": lineage, "parent_model": lineage[-1] if lineage else None})


def _event(event: JobEvent) -> AzureEvent:
    fields = asdict(event) | {"level": "warning" if event.level == "warn" else event.level, "message": _message(event)}
    return AzureEvent.model_validate(fields)


def _message(event: JobEvent) -> str:
    """Azure's words for what it says in its own; names in its spelling in all others."""
    if event.message == "The job has successfully completed":
        return JOB_SUCCEEDED
    if event.type == "metrics":
        return _STEP.sub(r"Step \1: ", event.message)
    return _OWN_NAME.sub(lambda match: azure_model_name(match[0]), event.message)


def _spelled(checkpoint: Checkpoint) -> Checkpoint:
    return replace(
        checkpoint, id=azure_checkpoint_id(checkpoint.id), model_name=azure_model_name(checkpoint.model_name)
    )
