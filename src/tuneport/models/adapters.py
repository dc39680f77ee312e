"""LoRA adapters in peft's format: attached, saved, read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

from tuneport.config import AdapterSection
from tuneport.models.fused_lora import fuse_adapter

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER_FILE = "adapter_model.safetensors"


def attach_adapter(base: PreTrainedModel, section: AdapterSection, *, base_name: str, seed: int) -> PeftModel:
    """Put a new LoRA adapter on every linear layer but the head; `seed` draws its weights."""
    torch.manual_seed(seed)
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=section.rank,
        lora_alpha=section.alpha,
        lora_dropout=section.dropout,
        target_modules="all-linear",
    )
    model = get_peft_model(base, config)
    # peft writes the folder that the base was loaded from, which means nothing on another machine.
    model.peft_config["default"].base_model_name_or_path = base_name
    fuse_adapter(model)
    return model


def trainable_parameters(model: PeftModel) -> dict[str, torch.nn.Parameter]:
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Write `adapter_model.safetensors` and `adapter_config.json`, which peft, vLLM and llama.cpp's converter read."""
    tensors = {
        name: tensor.contiguous().cpu()
        for name, tensor in get_peft_model_state_dict(model, save_embedding_layers=False).items()
    }
    save_file(tensors, folder / ADAPTER_FILE)
    config = model.peft_config["default"]
    was_training, config.inference_mode = config.inference_mode, True
    config.save_pretrained(folder)
    config.inference_mode = was_training


def read_adapter(model: PeftModel, folder: Path) -> None:
    """Set the attached adapter's weights to those of `folder`."""
    set_peft_model_state_dict(model, load_file(folder / ADAPTER_FILE))
