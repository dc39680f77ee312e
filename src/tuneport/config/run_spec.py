"""What a person may choose for one training run, in sections; a function takes the section that it needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class ModelSection(_Section):
    base_model: str
    """Name in the catalog."""
    folder: Path
    """Where the base model's files lie: config, safetensors, tokenizer, chat template."""
    longest_row_tokens: int = Field(gt=0)
    """A longer row is cut at its end, and reported."""
    quantization: Literal["none", "nf4"] = "none"
    """How the frozen weights are held: as they are, or in four bits each (QLoRA)."""
    engine_answers: bool = False
    """Whether the engine that is built in is to answer with what is trained: a model that it can't compute is then
    refused before it is trained."""


class DataSection(_Section):
    training_file: Path
    validation_file: Path | None = None


class MethodSection(_Section):
    kind: Literal["supervised", "dpo"] = "supervised"
    beta: float = Field(0.1, gt=0, le=2)
    """Of "dpo": a higher one keeps the model nearer to what it was before."""


class AdapterSection(_Section):
    kind: Literal["lora", "dora", "full"] = "lora"
    """What is trained: low-rank adapters, those with a learned magnitude, or the model's own weights."""
    rank: int = Field(16, ge=1, le=1024)
    alpha: float = Field(32.0, gt=0)
    """The adapter's output is scaled by alpha / rank, or by alpha / sqrt(rank) where it is rank-stabilized."""
    is_rank_stabilized: bool = False
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: tuple[str, ...] = ()
    """Linear layers that get an adapter, by their last or whole names; none names all of them but the head."""
    new_tokens: tuple[str, ...] = ()
    """Special tokens to add to the vocabulary; their embeddings are trained with the adapter."""
    start_from: Path | None = None
    """Checkpoint folder of an earlier run whose adapter this one goes on training; rank and alpha are that one's."""


class OptimizerSection(_Section):
    kind: Literal["adamw", "adamw_8bit"] = "adamw"
    """8-bit keeps the two moments in a quarter of the memory; it needs a GPU."""
    learning_rate: float = Field(gt=0)
    """Peak rate, reached after the warm-up."""
    weight_decay: float = Field(0.0, ge=0)
    beta1: float = Field(0.9, ge=0, lt=1)
    beta2: float = Field(0.999, ge=0, lt=1)
    max_grad_norm: float = Field(1.0, gt=0)


class ScheduleSection(_Section):
    n_epochs: int = Field(ge=1, le=50)
    batch_size: int = Field(ge=1, le=256)
    """Rows per optimizer step."""
    warmup_share: float = Field(0.05, ge=0, le=1)
    """Share of all steps over which the rate rises from 0."""
    decay: Literal["cosine", "linear", "constant"] = "cosine"


class CadenceSection(_Section):
    eval_every_steps: int = Field(10, ge=1)
    """Validation loss on a sample; the whole validation file is measured at each epoch's end."""
    eval_sample_rows: int = Field(16, ge=1)
    save_every_seconds: float = Field(180.0, gt=0)
    """A checkpoint to resume from, beside those at each epoch's end."""
    keep_checkpoints: int = Field(3, ge=1)
    """The last so many epochs stay on disk, each a usable model."""
    stop_after_worse_epochs: int | None = Field(None, ge=1)
    """End the run early once the full validation loss has not improved for so many epochs; the result is then the
    adapter of the best epoch. `None` trains all epochs, and the result is the last."""

    @property
    def most_kept_epochs(self) -> int:
        """Give how many checkpoints of epochs stay: the last few, and the best one where it may be the result."""
        return self.keep_checkpoints + (self.stop_after_worse_epochs is not None)


class RuntimeSection(_Section):
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = Field(None, ge=1)
    """CPU threads; `None` takes every core that this process may use."""
    micro_batch_tokens: int | None = Field(None, ge=1)
    """Distinct tokens computed at once; `None` takes what fits. A longer row goes alone."""
    recompute_activations: bool = False
    """Compute each layer twice instead of remembering it: a third more time, a fraction of the memory."""
    compile: bool = False
    """Let torch compile the layers; pays on a GPU in long runs."""
    shard: bool = False
    """Under torchrun, divide the frozen layers among the processes: for models larger than one device."""


class RunSpec(_Section):
    """`spec.json` of a run folder: every value that the run used, and where it came from."""

    model: ModelSection
    data: DataSection
    adapter: AdapterSection = AdapterSection()
    optimizer: OptimizerSection
    schedule: ScheduleSection
    cadence: CadenceSection = CadenceSection()
    runtime: RuntimeSection = RuntimeSection()
    method: MethodSection = MethodSection()
    seed: int = Field(ge=0, le=2**31 - 1)
    day: date | None = None
    """What a chat template that writes the date into each row is told, however many days the run takes; `None` tells
    it the day that it is."""
    reasons: dict[str, str] = {}
    """Why "auto" chose a value: name of the value → one sentence."""
    versions: dict[str, str] = {}
    """Versions of Tuneport and of the libraries that decide the numbers."""
