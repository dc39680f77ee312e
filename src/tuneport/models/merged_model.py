"""A tuned model as one model: its adapter multiplied out and added to the base's weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import PeftModel

from tuneport.models.base import load_base
from tuneport.models.vocabulary import fit_vocabulary
from tuneport.weights import read_adapter_facts, read_trained_weights

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CPU = torch.device("cpu")


def load_merged(base_folder: Path, checkpoint: Path) -> PreTrainedModel:
    """Give the model that `checkpoint` stands for, without adapter, in fp32 on the CPU.

    A base model that was held in four bits is what these stand for: the adapter was trained on that, not on the
    weights before they were rounded.
    """
    weights = read_trained_weights(checkpoint)
    if weights.kind == "full":
        return load_base(checkpoint, CPU, attention="sdpa")
    base: Any = load_base(base_folder, CPU, attention="sdpa", quantization=weights.quantization)
    if weights.quantization != "none":
        base = base.dequantize(torch.float32)
    new_token_ids = read_adapter_facts(checkpoint).new_token_ids
    if new_token_ids:
        fit_vocabulary(base, max(new_token_ids) + 1)
    merged: PreTrainedModel = PeftModel.from_pretrained(base, checkpoint).merge_and_unload(safe_merge=True)
    return merged.requires_grad_(False).eval()
