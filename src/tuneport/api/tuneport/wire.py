"""What only Tuneport answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.wire_fields import Seed
from tuneport.workspace import MAX_COMPARED_ROWS


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PullRequest(_Request):
    source: str
    name: str | None = None


class CompareRequest(_Request):
    training_file: str
    validation_file: str
    base_model: str
    tuned_model: str
    few_shot_rows: Annotated[int, Field(ge=0, le=100)] = 5
    max_rows: Annotated[int, Field(ge=1, le=MAX_COMPARED_ROWS)] | None = None
    seed: Seed = 0


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str


class CatalogList(BaseModel):
    object: Literal["list"] = "list"
    data: list[dict[str, Any]]


class Fit(BaseModel):
    needs_bytes: int
    fits: bool


class FittingModel(BaseModel):
    name: str
    method: dict[str, Fit]
    pulled: bool


class GpuFacts(BaseModel):
    name: str
    memory_bytes: int


class MachineFacts(BaseModel):
    system: str
    python: str
    processor: str
    cores: int
    memory_bytes: int
    free_memory_bytes: int
    free_disk_bytes: int
    gpus: list[GpuFacts]
    versions: dict[str, str | None]
    models: list[FittingModel]


class Progress(BaseModel):
    job_id: str
    method: str
    status: str
    queue_position: int | None
    n_epochs: int | None
    step: int | None
    total_steps: int | None
    epoch: int | None
    train_loss: float | None
    train_accuracy: float | None
    valid_loss: float | None
    tokens_per_second: float | None
    seconds_left: float | None
    data_report: dict[str, Any] | None
    forecast: dict[str, Any] | None
    result: dict[str, Any] | None
    elsewhere: dict[str, Any] | None
    """What the training would cost at hosted services, by the price table; `null` until the rows are counted."""
    attempt: int


class PreferenceResult(BaseModel):
    n_pairs: int
    n_trained: int
    n_right: int
    share: float
    interval_low: float
    interval_high: float
    verdict: str


class ComparisonObject(BaseModel):
    id: str
    object: Literal["comparison"] = "comparison"
    created_at: int
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    done: int
    total: int
    results: dict[str, Any] | None
    verdict: str | None
    error: dict[str, Any] | None


class AnswerList(BaseModel):
    object: Literal["list"] = "list"
    data: list[dict[str, Any]]
