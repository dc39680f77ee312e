"""A base model whose linear layers are held in four bits a weight: NF4, as QLoRA has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from tuneport.core import require_package

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def nf4_options(device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """Give what `from_pretrained` needs for NF4 with double quantization. Raises `InvalidRequest`."""
    require_package("bitsandbytes", extra="qlora", what="A base model in four bits (nf4)")
    from transformers import BitsAndBytesConfig

    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
    return {"quantization_config": config, "device_map": {"": device}}


def compute_as_in_training(model: PreTrainedModel) -> None:
    """On some CPUs bitsandbytes rounds to bf16 once a layer is not in training: the model that is measured and served
    would not be the one that was trained.
    """
    for layer in model.modules():
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False
