"""Adapters in peft's format: attached, saved, read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.trainable_tokens import TrainableTokensLayer
from safetensors.torch import load_file, save_file
from transformers.pytorch_utils import Conv1D

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
    """Put an adapter on the section's targets, or on every linear layer but the head; `seed` draws its weights.

    Where the section goes on from one, it is put where that one was, and its weights are still to be read.
    `new_token_ids`: tokens at the vocabulary's end whose rows of embedding and head are trained with it.
    Raises `InvalidRequest` for a target that is no linear layer of the model, and for what peft can't put on it.
    """
    if new_token_ids:
        add_token_rows(base, new_token_ids)
    if section.start_from is None:
        config = _new_config(base, section, new_token_ids)
    else:
        config = _config_to_continue(section.start_from, section.dropout)
    torch.manual_seed(seed)
    model = _with_adapter(base, config)
    # peft writes the folder that the base was loaded from, which means nothing on another machine.
    model.peft_config["default"].base_model_name_or_path = base_name
    fuse_adapters(model)
    fuse_gated_mlps(model)
    return model


def _new_config(base: PreTrainedModel, section: AdapterSection, new_token_ids: Sequence[int]) -> LoraConfig:
    _require_targets(base, section.targets)
    return LoraConfig(
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


def _config_to_continue(folder: Path, dropout: float) -> LoraConfig:
    """Give all that the adapter of `folder` was made with, which for experts is more than the names of layers."""
    config: LoraConfig = LoraConfig.from_pretrained(str(folder))
    config.lora_dropout, config.inference_mode = dropout, False
    # peft would warn that the base has another name, which is that of its folder.
    config.base_model_name_or_path = None
    return config


def _with_adapter(base: PreTrainedModel, config: LoraConfig) -> PeftModel:
    try:
        return get_peft_model(base, config)
    except ValueError as error:
        raise InvalidRequest(
            f"'adapter' cannot be put on this model, of the kind {base.config.model_type!r}: {error} The experts of a "
            "mixture take plain adapters only. Use the kind 'lora' without dropout, or name layers beside the experts "
            "in 'targets', such as those of the attention.",
            code="adapter_does_not_fit",
            param="tuneport.adapter",
        ) from error


def _require_targets(base: PreTrainedModel, targets: Sequence[str]) -> None:
    head = base.get_output_embeddings()
    # Those that peft counts as linear; GPT-2 has no others.
    linear = (torch.nn.Linear, Conv1D)
    layers = {name for name, layer in base.named_modules() if isinstance(layer, linear) and layer is not head}
    known = {name.rpartition(".")[2] for name in layers}
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
    # peft keeps sets, whose order differs from process to process.
    config.target_modules = sorted(config.target_modules)
    config.target_parameters = sorted(config.target_parameters or ()) or None
    was_training, config.inference_mode = config.inference_mode, True
    config.save_pretrained(folder)
    config.inference_mode = was_training


def read_adapter(model: PeftModel, folder: Path) -> None:
    """Set the attached adapter's weights to those of `folder`."""
    found = set_peft_model_state_dict(model, load_file(folder / ADAPTER_FILE))
    # peft leaves out what has no place, without a word.
    assert not found.unexpected_keys, "the adapter is put where the one of the folder was"
