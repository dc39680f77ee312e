"""Adapters in peft's format: attached, saved, read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.trainable_tokens import TrainableTokensLayer
from safetensors.torch import load_file, save_file

from tuneport.config import AdapterSection
from tuneport.core import InvalidRequest
from tuneport.models.fused_gated_mlp import fuse_gated_mlps
from tuneport.models.fused_lora import fuse_adapters
from tuneport.models.vocabulary import add_token_rows, fit_vocabulary, trained_rows
from tuneport.weights import ADAPTER_FILE, read_adapter_facts

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_FUSED_OUTPUT = ("mamba", "mamba2", "falcon_mamba", "falcon_h1", "nemotron_h")
"""Models whose kernels read the weight of `out_proj` themselves, past an adapter; peft refuses one there."""


def attach_adapter(
    base: PreTrainedModel, section: AdapterSection, *, base_name: str, seed: int, new_token_ids: Sequence[int] = ()
) -> PeftModel:
    """Put a new adapter on the section's targets, or on every linear layer but the head; `seed` draws its weights.

    `new_token_ids`: tokens at the vocabulary's end whose rows of embedding and head are trained with it.
    Raises `InvalidRequest` for a target that is no linear layer of the model.
    """
    _require_targets(base, section.targets)
    if new_token_ids:
        add_token_rows(base, new_token_ids)
    torch.manual_seed(seed)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=section.rank,
        lora_alpha=section.alpha,
        lora_dropout=section.dropout,
        use_rslora=section.is_rank_stabilized,
        use_dora=section.kind == "dora",
        target_modules=list(section.targets) or "all-linear",
        exclude_modules=["out_proj"] if base.config.model_type in _FUSED_OUTPUT else None,
        trainable_token_indices=trained_rows(base, new_token_ids) if new_token_ids else None,
    )
    model = get_peft_model(base, config)
    # peft writes the folder that the base was loaded from, which means nothing on another machine.
    model.peft_config["default"].base_model_name_or_path = base_name
    fuse_adapters(model)
    fuse_gated_mlps(model)
    return model


def _require_targets(base: PreTrainedModel, targets: Sequence[str]) -> None:
    head = base.get_output_embeddings()
    layers = {name for name, layer in base.named_modules() if isinstance(layer, torch.nn.Linear) and layer is not head}
    known = {name.rpartition(".")[2] for name in layers}
    # Of a small model peft writes whole names, which a run that goes on from there is given.
    unknown = [target for target in targets if target not in known | layers]
    if unknown:
        raise InvalidRequest(
            f"'adapter.targets' names {unknown[0]!r}, and this model has no linear layer of that name. "
            f"Use some of: {', '.join(sorted(known))}.",
            code="unknown_adapter_target",
            param="tuneport.adapter.targets",
        )


def load_adapter(base: PreTrainedModel, folder: Path, name: str) -> PeftModel:
    """Put the adapter of `folder` on `base`, to answer with; the tokens that it adds become the model's own."""
    new_token_ids = read_adapter_facts(folder).new_token_ids
    if new_token_ids:
        fit_vocabulary(base, max(new_token_ids) + 1)
    model = PeftModel.from_pretrained(base, folder, adapter_name=name)
    for layer in model.modules():
        if isinstance(layer, TrainableTokensLayer):
            # Else each forward pass would copy all of embedding and head to put these rows in.
            layer.merge()
    return model


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json`, which peft, vLLM and llama.cpp's converter read."""
    tensors = {
        name: tensor.contiguous().cpu()
        for name, tensor in get_peft_model_state_dict(model, save_embedding_layers=False).items()
    }
    save_file(tensors, folder / ADAPTER_FILE)
    config = model.peft_config["default"]
    # peft keeps a set, whose order differs from process to process.
    config.target_modules = sorted(config.target_modules)
    was_training, config.inference_mode = config.inference_mode, True
    config.save_pretrained(folder)
    config.inference_mode = was_training


def read_adapter(model: PeftModel, folder: Path) -> None:
    """Set the attached adapter's weights to those of `folder`."""
    set_peft_model_state_dict(model, load_file(folder / ADAPTER_FILE))
