"""What a checkpoint holds, read from its files: which kind of weights, and what it takes to serve them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tuneport.weights.checkpoint import MANIFEST_FILE, read_manifest

ADAPTER_FILE = "adapter_model.safetensors"
ADAPTER_CONFIG_FILE = "adapter_config.json"
MODEL_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True)
class AdapterFacts:
    """Of a peft adapter's `adapter_config.json`."""

    base_model: str
    rank: int
    alpha: float
    is_dora: bool
    is_rank_stabilized: bool
    is_on_experts: bool
    """Whether it changes the weights that the experts of a mixture have in one tensor."""
    new_token_ids: tuple[int, ...]
    """Tokens whose rows of embedding and head are the adapter's own."""


@dataclass(frozen=True)
class TrainedWeights:
    kind: Literal["lora", "dora", "full"]
    quantization: Literal["none", "nf4"]
    """How the base model was held while the adapter was trained, and is to be held to serve it."""
    has_new_tokens: bool = False
    is_on_experts: bool = False

    @property
    def shares_base(self) -> bool:
        """Whether requests to it can be answered in one batch with those to others of the same base model."""
        return self.kind == "lora" and not self.has_new_tokens and not self.is_on_experts


def read_adapter_facts(folder: Path) -> AdapterFacts:
    config: dict[str, Any] = json.loads((folder / ADAPTER_CONFIG_FILE).read_bytes())
    return AdapterFacts(
        base_model=config.get("base_model_name_or_path") or "",
        rank=config["r"],
        alpha=config["lora_alpha"],
        is_dora=bool(config.get("use_dora")),
        is_rank_stabilized=bool(config.get("use_rslora")),
        is_on_experts=bool(config.get("target_parameters")),
        new_token_ids=tuple(_token_ids(config.get("trainable_token_indices"))),
    )


def read_trained_weights(folder: Path) -> TrainedWeights:
    """Say what lies in a checkpoint folder; one without a config counts as a plain adapter on the base as it is."""
    quantization = read_manifest(folder).quantization if (folder / MANIFEST_FILE).is_file() else "none"
    if (folder / MODEL_FILE).is_file():
        return TrainedWeights("full", quantization)
    if not (folder / ADAPTER_CONFIG_FILE).is_file():
        return TrainedWeights("lora", quantization)
    facts = read_adapter_facts(folder)
    return TrainedWeights(
        "dora" if facts.is_dora else "lora",
        quantization,
        has_new_tokens=bool(facts.new_token_ids),
        is_on_experts=facts.is_on_experts,
    )


def _token_ids(indices: list[int] | dict[str, list[int]] | None) -> Iterable[int]:
    """Peft has one list for all matrices, or one for each, which are the same here."""
    return next(iter(indices.values())) if isinstance(indices, dict) else indices or ()
