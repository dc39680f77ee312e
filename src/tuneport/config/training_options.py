"""What a job may choose of its run, beside OpenAI's hyperparameters and what it trains."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.config.run_spec import RunSpec

_PLACES = {
    "longest_row_tokens": ("model", "longest_row_tokens"),
    "optimizer": ("optimizer", "kind"),
    "learning_rate": ("optimizer", "learning_rate"),
    "weight_decay": ("optimizer", "weight_decay"),
    "max_grad_norm": ("optimizer", "max_grad_norm"),
    "warmup_share": ("schedule", "warmup_share"),
    "decay": ("schedule", "decay"),
    "micro_batch_tokens": ("runtime", "micro_batch_tokens"),
    "recompute_activations": ("runtime", "recompute_activations"),
    "compile": ("runtime", "compile"),
    "shard": ("runtime", "shard"),
}
"""Option → section of the spec, and what it is called there."""


class TrainingOptions(BaseModel):
    """What is left out stays as the run's own sections have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest_row_tokens: int | None = Field(None, ge=16, le=2**31 - 1)
    """A longer row is cut at its end, and reported. Up to the model's context; see `docs/catalog.md` for its own."""
    optimizer: Literal["adamw", "adamw_8bit"] | None = None
    """The one in eight bits needs an NVIDIA GPU and `pip install 'tuneport[gpu]'`."""
    learning_rate: float | None = Field(None, gt=0, le=1)
    """Peak of the rate, in place of the automatic one and its multiplier."""
    weight_decay: float | None = Field(None, ge=0, le=1)
    """0 if left out."""
    max_grad_norm: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Longer gradients are scaled down to it; 1 if left out."""
    warmup_share: float | None = Field(None, ge=0, le=1)
    """Share of the steps over which the learning rate rises; 0.05 if left out."""
    decay: Literal["cosine", "linear", "constant"] | None = None
    """How the learning rate falls afterwards; "cosine" if left out."""
    micro_batch_tokens: int | None = Field(None, ge=1, le=2**31 - 1)
    """Tokens of a step that are computed at once, their gradients added up; chosen by the memory if left out."""
    recompute_activations: bool | None = None
    """Compute each layer twice instead of remembering it: a third more time, a fraction of the memory."""
    compile: bool | None = None
    """Let torch compile the layers; pays on a GPU in long runs."""
    shard: bool | None = None
    """Divide the frozen layers among the server's `training_processes`: for models larger than one GPU."""

    def chosen(self) -> dict[str, Any]:
        """Give what was not left out."""
        return self.model_dump(exclude_none=True)

    def over(self, others: TrainingOptions) -> TrainingOptions:
        """Give these, with the others' values for what these leave out."""
        return others.model_copy(update=self.chosen())

    def apply(self, spec: RunSpec) -> RunSpec:
        """Give the spec with what was chosen."""
        changes: dict[str, dict[str, Any]] = {}
        for name, value in self.chosen().items():
            section, field = _PLACES[name]
            changes.setdefault(section, {})[field] = value
        sections = {name: getattr(spec, name).model_copy(update=change) for name, change in changes.items()}
        return spec.model_copy(update=sections)
