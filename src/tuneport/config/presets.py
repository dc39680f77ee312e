"""Presets: what to choose of a job together, by the memory of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from tuneport.config.training_options import TrainingOptions

PresetName = Literal["cpu", "qlora-8gb", "qlora-16gb", "qlora-24gb", "lora-48gb", "lora-80gb"]


@dataclass(frozen=True)
class Preset:
    """What a job has that names it, where it says nothing of its own; `None` leaves a value automatic."""

    rank: int
    training: TrainingOptions
    """Its learning rate is for supervised training alone."""
    quantization: Literal["none", "nf4"] = "none"
    alpha: float | None = None
    dropout: float | None = None
    n_epochs: int | None = None
    batch_size: int | None = None


PRESETS: Mapping[PresetName, Preset] = MappingProxyType(
    {
        "cpu": Preset(rank=8, training=TrainingOptions(longest_row_tokens=1024)),
        "qlora-8gb": Preset(
            rank=16,
            quantization="nf4",
            training=TrainingOptions(longest_row_tokens=1024, recompute_activations=True),
        ),
        "qlora-16gb": Preset(
            rank=32,
            quantization="nf4",
            training=TrainingOptions(longest_row_tokens=2048, recompute_activations=True),
        ),
        # Source: "How to Fine-Tune LLMs in 2024 with Hugging Face" (philschmid), its table of hyperparameters.
        "qlora-24gb": Preset(
            rank=256,
            alpha=128,
            dropout=0.05,
            quantization="nf4",
            n_epochs=3,
            batch_size=8,
            training=TrainingOptions(
                longest_row_tokens=2048,
                learning_rate=2e-4,
                max_grad_norm=0.3,
                warmup_share=0.03,
                decay="constant",
                recompute_activations=True,
            ),
        ),
        "lora-48gb": Preset(rank=32, training=TrainingOptions(longest_row_tokens=4096, recompute_activations=True)),
        "lora-80gb": Preset(rank=32, training=TrainingOptions(longest_row_tokens=8192, recompute_activations=True)),
    }
)
