"""The tables. Every one has `seq`, which grows with each new row: lists are ordered and paged by it."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON(none_as_null=True),
        dict[str, str]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class Owned:
    """What belongs to a project: a session of another one neither sees nor changes it."""

    project_id: Mapped[str] = mapped_column(index=True)


class FileRow(Owned, Table):
    __tablename__ = "files"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    filename: Mapped[str]
    """As the user named it; the bytes lie under `id`."""
    purpose: Mapped[str]
    n_bytes: Mapped[int]
    expires_at: Mapped[int | None] = mapped_column(index=True)
    """When it is removed; `None` keeps it until it is deleted."""
    status: Mapped[str] = mapped_column(default="processed")
    """`uploaded` while its bytes are still on their way, `processed`, or `error`."""
    status_details: Mapped[str | None]
    """Why its status is `error`."""


class JobRow(Owned, Table):
    __tablename__ = "jobs"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    finished_at: Mapped[int | None]
    status: Mapped[str] = mapped_column(index=True)
    base_model: Mapped[str]
    model_alias: Mapped[str | None]
    """The owner's name for `base_model`, where the job was asked for by it."""
    lineage: Mapped[list[Any]] = mapped_column(default=list)
    """Names of the tuned models that it goes on from, the oldest first; empty if it begins at the base model."""
    tuning: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Kind, rank, alpha, rank stabilization, dropout, targets, new tokens and quantization; empty for a plain adapter.
    """
    training: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What it chose of `TrainingOptions`."""
    method: Mapped[str]
    training_file: Mapped[str]
    validation_file: Mapped[str | None]
    suffix: Mapped[str | None]
    seed: Mapped[int]
    hyperparameters: Mapped[dict[str, Any]]
    """`n_epochs`, `batch_size`, `learning_rate_multiplier`: a number, or "auto" until the files are checked.

    `beta` too; it is null, or absent, for methods that have none.
    """
    learning_rate: Mapped[float | None]
    stop_after_worse_epochs: Mapped[int | None]
    gives_way: Mapped[bool] = mapped_column(default=False)
    """Whether it waits, also in mid-training, while another job wants the accelerator."""
    training_type: Mapped[str | None]
    """Azure's word for how it is to be run, as it was asked for."""
    reasons: Mapped[dict[str, str]]
    """Why "auto" chose a value."""
    labels: Mapped[dict[str, str]]
    """`metadata` on the wire, a name that SQLAlchemy keeps for itself."""
    tuned_model: Mapped[str]
    """The name that the model will have; on the wire only once it exists."""
    trained_tokens: Mapped[int | None]
    result_file: Mapped[str | None]
    error: Mapped[dict[str, Any] | None]
    estimated_finish: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(default=0)
    """How often a training process was started."""
    n_crashes: Mapped[int] = mapped_column(default=0)
    """How often one ended without saying why."""
    metrics_offset: Mapped[int] = mapped_column(default=0)
    """Bytes of the run's metrics.jsonl that are in `job_events`."""
    events_offset: Mapped[int] = mapped_column(default=0)
    last_step: Mapped[int] = mapped_column(default=0)
    """Last step with an event: a resumed run writes some steps again."""
    is_deleted: Mapped[bool] = mapped_column(default=False)
    """By its user; the row stays, hidden, as long as models that it made need it."""


class JobEventRow(Table):
    __tablename__ = "job_events"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    created_at: Mapped[int]
    level: Mapped[str]
    type: Mapped[str]
    message: Mapped[str]
    data: Mapped[dict[str, Any] | None]


class ModelRow(Owned, Table):
    """A tuned model, or a checkpoint of a run, which is one too."""

    __tablename__ = "models"

    seq: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    base_model: Mapped[str]
    adapter_dir: Mapped[str]
    """Relative to the home folder, so that the home can be moved."""
    step: Mapped[int]
    checkpoint_id: Mapped[str | None] = mapped_column(unique=True)
    """`None` on the run's final model."""
    metrics: Mapped[dict[str, Any]]
    parity: Mapped[dict[str, Any] | None]
    """Where it was compared with what the run's process answered → the verdict; `None` where it was nowhere."""


class ComparisonRow(Owned, Table):
    __tablename__ = "comparisons"

    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[int]
    status: Mapped[str]
    training_file: Mapped[str]
    validation_file: Mapped[str]
    base_model: Mapped[str]
    tuned_model: Mapped[str]
    few_shot_rows: Mapped[int]
    max_rows: Mapped[int | None]
    seed: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    results: Mapped[dict[str, Any] | None]
    verdict: Mapped[str | None]
    error: Mapped[dict[str, Any] | None]
    answers: Mapped[list[Any] | None]
