"""Fine-tuning jobs as Azure's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.fine_tuning.wire import JobErrorObject, TuneportFacts, TuneportRequest
from tuneport.api.wire_fields import Metadata

Auto = Literal["auto", -1]
"""-1 is Azure's older word for it."""
NoneOrMore = Annotated[float, Field(ge=0, allow_inf_nan=False)]


TrainingType = Literal["Standard", "GlobalStandard", "Developer", "developerTier"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AzureHyperparametersRequest(_Request):
    n_epochs: Auto | Annotated[int, Field(ge=1, le=50)] | None = None
    batch_size: Auto | Annotated[int, Field(ge=1, le=256)] | None = None
    learning_rate_multiplier: Auto | Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    prompt_loss_weight: Auto | NoneOrMore | None = None
    """Prompts carry no loss here: what is not 0 is told among the job's events, and does nothing."""


class AzureSupervisedRequest(_Request):
    hyperparameters: AzureHyperparametersRequest | None = None


class AzureDpoHyperparametersRequest(AzureHyperparametersRequest):
    beta: Literal["auto"] | Annotated[float, Field(gt=0, le=2)] | None = None
    l2_multiplier: NoneOrMore | None = None
    """Not used here: what is not 0 is told among the job's events."""


class AzureDpoRequest(AzureDpoHyperparametersRequest):
    """Azure has these values right here; OpenAI's place for them is taken too."""

    hyperparameters: AzureDpoHyperparametersRequest | None = None


class AzureMethodRequest(_Request):
    type: Literal["supervised", "dpo", "reinforcement"]
    supervised: AzureSupervisedRequest | None = None
    dpo: AzureDpoRequest | None = None
    reinforcement: dict[str, Any] | None = None


class CreateAzureJobRequest(_Request):
    model: str
    training_file: str
    validation_file: str | None = None
    hyperparameters: AzureHyperparametersRequest | None = None
    method: AzureMethodRequest | None = None
    suffix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    metadata: Metadata | None = None
    integrations: list[Any] | None = None
    training_type: Annotated[TrainingType | None, Field(alias="trainingType")] = None
    """All jobs run on this machine; one of the developer tier gives way to others."""
    tuneport: TuneportRequest | None = None


class AzureHyperparameters(BaseModel):
    n_epochs: int
    """-1 until "auto" is resolved, as `batch_size`."""
    batch_size: int
    learning_rate_multiplier: float
    """1 until "auto" is resolved."""


class AzureSupervised(BaseModel):
    hyperparameters: AzureHyperparameters


class AzureSupervisedMethod(BaseModel):
    type: Literal["supervised"] = "supervised"
    supervised: AzureSupervised


class AzureDpo(BaseModel):
    beta: float | None
    """`null` until "auto" is resolved."""
    l2_multiplier: Literal[0] = 0


class AzureDpoMethod(BaseModel):
    type: Literal["dpo"] = "dpo"
    dpo: AzureDpo


class AzureJob(BaseModel):
    id: str
    object: Literal["fine_tuning.job"] = "fine_tuning.job"
    created_at: int
    updated_at: int
    finished_at: int | None
    estimated_finish: int | None
    status: Literal["pending", "running", "paused", "resuming", "succeeded", "failed", "cancelled"]
    model: str
    fine_tuned_model: str | None
    organisation_id: str
    organization_id: str
    """OpenAI's spelling, which the client's own object has."""
    training_file: str
    validation_file: str | None
    result_files: list[str] | None
    """`null` until the job has ended."""
    hyperparameters: AzureHyperparameters
    method: AzureSupervisedMethod | AzureDpoMethod
    suffix: str | None
    training_type: Annotated[TrainingType | None, Field(alias="trainingType")]
    """As it was asked for."""
    seed: int
    trained_tokens: int | None
    error: JobErrorObject | None
    metadata: dict[str, str] | None
    tuneport: TuneportFacts
    """What only Tuneport has."""


class AzureJobList(BaseModel):
    object: Literal["list"] = "list"
    data: list[AzureJob]
    has_more: bool


class AzureEvent(BaseModel):
    id: str
    object: Literal["fine_tuning.job.event"] = "fine_tuning.job.event"
    created_at: int
    level: Literal["info", "warning", "error"]
    message: str
    type: str
    data: dict[str, Any] | None


class AzureEventList(BaseModel):
    object: Literal["list"] = "list"
    data: list[AzureEvent]
    has_more: bool
