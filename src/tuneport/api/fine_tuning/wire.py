"""Fine-tuning jobs as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.wire_fields import Metadata
from tuneport.config import PresetName, TrainingOptions

Auto = Literal["auto"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HyperparametersRequest(_Request):
    n_epochs: Auto | Annotated[int, Field(ge=1, le=50)] | None = None
    batch_size: Auto | Annotated[int, Field(ge=1, le=256)] | None = None
    learning_rate_multiplier: Auto | Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class SupervisedRequest(_Request):
    hyperparameters: HyperparametersRequest | None = None


class DpoHyperparametersRequest(HyperparametersRequest):
    beta: Auto | Annotated[float, Field(gt=0, le=2)] | None = None


class DpoRequest(_Request):
    hyperparameters: DpoHyperparametersRequest | None = None


class MethodRequest(_Request):
    type: Literal["supervised", "dpo", "reinforcement"]
    supervised: SupervisedRequest | None = None
    dpo: DpoRequest | None = None
    reinforcement: dict[str, Any] | None = None


class AdapterRequest(_Request):
    kind: Literal["lora", "dora", "full"] = "lora"
    """"full" trains every weight of the model."""
    rank: Annotated[int, Field(ge=1, le=1024)] | None = None
    """16 if left out."""
    alpha: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """The adapter counts alpha / rank, or alpha / √rank if stabilized. Twice the rank if left out, or 8."""
    is_rank_stabilized: bool = False
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of the adapter's inputs that each step leaves out; none if left out."""
    targets: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=64)] = []
    """Last names of the layers that get an adapter, such as "q_proj"; all linear ones if left out."""
    new_tokens: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=256)] = []
    """Texts that become one token each; their embeddings are trained, and they are shown in answers."""


class TuneportRequest(_Request):
    """What only Tuneport has; the official client sends it by `extra_body`."""

    stop_after_worse_epochs: Annotated[int, Field(ge=1)] | None = None
    """End early once the full validation loss has not improved for so many epochs; the model is the best epoch's."""
    adapter: AdapterRequest | None = None
    quantization: Literal["none", "nf4"] | None = None
    """"nf4" holds the base model in four bits a weight (QLoRA)."""
    training: TrainingOptions | None = None
    preset: PresetName | None = None
    """What to choose by the memory of the machine; it counts where the request leaves something out."""
    gives_way: bool = False
    """Set the job aside while another one waits for this machine, and let it go on after."""


class CreateJobRequest(_Request):
    model: str
    training_file: str
    validation_file: str | None = None
    hyperparameters: HyperparametersRequest | None = None
    """The older place of `method.supervised.hyperparameters`; every tutorial before 2025 uses it."""
    method: MethodRequest | None = None
    suffix: str | None = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    metadata: Metadata | None = None
    integrations: list[Any] | None = None
    tuneport: TuneportRequest | None = None


class Hyperparameters(BaseModel):
    n_epochs: int | Auto
    batch_size: int | Auto
    learning_rate_multiplier: float | Auto


class Supervised(BaseModel):
    hyperparameters: Hyperparameters


class SupervisedMethod(BaseModel):
    type: Literal["supervised"] = "supervised"
    supervised: Supervised


class DpoHyperparameters(Hyperparameters):
    beta: float | Auto


class Dpo(BaseModel):
    hyperparameters: DpoHyperparameters


class DpoMethod(BaseModel):
    type: Literal["dpo"] = "dpo"
    dpo: Dpo


class JobErrorObject(BaseModel):
    code: str
    message: str
    param: str | None


class AdapterObject(BaseModel):
    kind: Literal["lora", "dora", "full"]
    rank: int | None
    """`null` where every weight is trained, as is `alpha`."""
    alpha: float | None
    is_rank_stabilized: bool
    dropout: float | None
    targets: list[str]
    """Empty where all linear layers have an adapter."""
    new_tokens: list[str]


class TuneportFacts(BaseModel):
    base_model: str
    """The model that is trained on; `model` differs from it where that is an alias of the owner's."""
    parent_model: str | None
    """Tuned model or checkpoint that the job goes on from; `null` if it begins at the base model."""
    lineage: list[str]
    """All tuned models on the way from the base model, the oldest first; the last is the parent."""
    stop_after_worse_epochs: int | None
    adapter: AdapterObject
    quantization: Literal["none", "nf4"]
    training: dict[str, Any]
    """What the job chose of `tuneport.training`."""
    gives_way: bool
    """It is set aside while another job waits, and goes on after."""


class JobObject(BaseModel):
    id: str
    object: Literal["fine_tuning.job"] = "fine_tuning.job"
    created_at: int
    finished_at: int | None
    estimated_finish: int | None
    status: str
    model: str
    fine_tuned_model: str | None
    organization_id: str
    training_file: str
    validation_file: str | None
    result_files: list[str]
    hyperparameters: Hyperparameters
    """OpenAI's specification wants an object here for every method."""
    method: SupervisedMethod | DpoMethod
    seed: int
    trained_tokens: int | None
    error: JobErrorObject | None
    integrations: list[Any]
    metadata: dict[str, str] | None
    user_provided_suffix: str | None
    tuneport: TuneportFacts
    """What only Tuneport has."""


class JobList(BaseModel):
    object: Literal["list"] = "list"
    data: list[JobObject]
    has_more: bool


class EventObject(BaseModel):
    id: str
    object: Literal["fine_tuning.job.event"] = "fine_tuning.job.event"
    created_at: int
    level: str
    message: str
    type: str
    data: dict[str, Any] | None


class EventList(BaseModel):
    object: Literal["list"] = "list"
    data: list[EventObject]
    has_more: bool


class CheckpointObject(BaseModel):
    id: str
    object: Literal["fine_tuning.job.checkpoint"] = "fine_tuning.job.checkpoint"
    created_at: int
    fine_tuned_model_checkpoint: str
    fine_tuning_job_id: str
    step_number: int
    metrics: dict[str, float]


class CheckpointList(BaseModel):
    object: Literal["list"] = "list"
    data: list[CheckpointObject]
    first_id: str | None
    last_id: str | None
    has_more: bool
