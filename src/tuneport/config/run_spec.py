"""What a person may choose for one training run, in sections; a function takes the section that it needs."""

from __future__ import annotations

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


class DataSection(_Section):
    training_file: Path
    validation_file: Path | None = None


class AdapterSection(_Section):
    rank: int = Field(16, ge=1, le=1024)
    alpha: float = Field(32.0, gt=0)
    """The adapter's output is scaled by alpha / rank."""
    dropout: float = Field(0.0, ge=0, lt=1)


class OptimizerSection(_Section):
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


class RuntimeSection(_Section):
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = Field(None, ge=1)
    """CPU threads; `None` takes every core that this process may use."""
    micro_batch_tokens: int = Field(2048, ge=1)
    """Distinct tokens computed at once, some 3 MB of memory each for the default model; a longer row goes alone."""


class RunSpec(_Section):
    """`spec.json` of a run folder: every value that the run used, and where it came from."""

    model: ModelSection
    data: DataSection
    adapter: AdapterSection = AdapterSection()
    optimizer: OptimizerSection
    schedule: ScheduleSection
    cadence: CadenceSection = CadenceSection()
    runtime: RuntimeSection = RuntimeSection()
    method: Literal["supervised"] = "supervised"
    seed: int = Field(ge=0, le=2**31 - 1)
    reasons: dict[str, str] = {}
    """Why "auto" chose a value: name of the value → one sentence."""
    versions: dict[str, str] = {}
    """Versions of Tuneport and of the libraries that decide the numbers."""
