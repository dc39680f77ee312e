"""A job and what it tells, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tuneport.config import TrainingOptions
from tuneport.jobs.status import JobStatus
from tuneport.jobs.tuning import Tuning
from tuneport.store import JobEventRow, JobRow, ModelRow, Record

Auto = Literal["auto"]


@dataclass(frozen=True)
class RequestedHyperparameters:
    """As the user gave them; "auto" is replaced once the files are checked."""

    n_epochs: int | Auto = "auto"
    batch_size: int | Auto = "auto"
    learning_rate_multiplier: float | Auto = "auto"
    beta: float | Auto | None = None
    """`None` for methods that have none."""


@dataclass(frozen=True)
class JobError:
    code: str
    message: str
    param: str | None


@dataclass(frozen=True)
class Job:
    id: str
    created_at: int
    finished_at: int | None
    status: JobStatus
    base_model: str
    model_alias: str | None
    """The owner's name for the base model, where the job was asked for by it."""
    method: str
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int
    hyperparameters: RequestedHyperparameters
    metadata: dict[str, str]
    lineage: tuple[str, ...]
    """The tuned models that it goes on from, the oldest first; empty if it begins at the base model."""
    stop_after_worse_epochs: int | None
    """`None` trains all epochs."""
    tuning: Tuning
    training: TrainingOptions
    gives_way: bool
    """Whether it is set aside while another job waits for the accelerator."""
    training_type: str | None
    """Azure's word for how it is to be run, as it was asked for."""
    tuned_model: str | None
    """`None` until it exists."""
    trained_tokens: int | None
    result_file: str | None
    error: JobError | None
    estimated_finish: int | None
    attempt: int


@dataclass(frozen=True)
class JobEvent:
    id: str
    created_at: int
    level: str
    type: str
    message: str
    data: dict[str, Any] | None


@dataclass(frozen=True)
class Checkpoint:
    id: str
    created_at: int
    model_name: str
    job_id: str
    step: int
    metrics: dict[str, float]


def final_checkpoint_id(job_id: str) -> str:
    """Give the id of a job's final model where it stands among the checkpoints: `ftjob-…` → `ftckpt_…`."""
    return job_id.replace("ftjob-", "ftckpt_", 1)


def job_of(row: JobRow | Record) -> Job:
    return Job(
        id=row.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        status=JobStatus(row.status),
        base_model=row.base_model,
        model_alias=row.model_alias,
        method=row.method,
        training_file=row.training_file,
        validation_file=row.validation_file,
        suffix=row.suffix,
        seed=row.seed,
        hyperparameters=RequestedHyperparameters(**row.hyperparameters),
        metadata=row.labels,
        lineage=tuple(row.lineage),
        stop_after_worse_epochs=row.stop_after_worse_epochs,
        tuning=Tuning.of(row.tuning),
        training=TrainingOptions(**row.training),
        gives_way=row.gives_way,
        training_type=row.training_type,
        tuned_model=row.tuned_model if row.status == JobStatus.SUCCEEDED else None,
        trained_tokens=row.trained_tokens,
        result_file=row.result_file,
        error=JobError(**row.error) if row.error else None,
        estimated_finish=row.estimated_finish,
        attempt=row.attempt,
    )


def event_of(row: JobEventRow | Record) -> JobEvent:
    return JobEvent(
        id=row.id, created_at=row.created_at, level=row.level, type=row.type, message=row.message, data=row.data
    )


def checkpoint_of(row: ModelRow | Record) -> Checkpoint:
    assert row.checkpoint_id is not None, "a final model is no checkpoint"
    return checkpoint_or_model_of(row)


def checkpoint_or_model_of(row: ModelRow | Record) -> Checkpoint:
    """Give the checkpoint; a job's final model is given as one too, under an id of its own."""
    return Checkpoint(
        id=row.checkpoint_id or final_checkpoint_id(row.job_id),
        created_at=row.created_at,
        model_name=row.name,
        job_id=row.job_id,
        step=row.step,
        metrics=row.metrics,
    )
