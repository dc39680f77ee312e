"""A base model in memory, ready for prefix forests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch

from tuneport.core import InvalidRequest, available_cores, free_machine_memory_bytes
from tuneport.models.forest_attention import ATTENTION_NAME
from tuneport.models.quantization import compute_as_in_training, nf4_options

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_HEADS_WITH_EXTRAS = (
    "final_logit_softcapping",
    "lm_head_multiplier",
    "logit_scale",
    "logits_scaling",
    "logits_soft_cap",
    "output_logit_soft_cap",
    "output_multiplier",
)


def pick_device(wanted: str) -> torch.device:
    """Give the device for "auto", "cpu" or "cuda". Raises `InvalidRequest` for a GPU that is not there."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InvalidRequest("device is 'cuda', but torch sees no GPU here. Use 'auto' or 'cpu'.", param="device")
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(wanted)


def use_threads(threads: int | None) -> None:
    """Compute on `threads` cores; `None` takes every core that this process may use, or its share under torchrun."""
    n_processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    torch.set_num_threads(threads or max(1, available_cores() // n_processes))


def free_memory_bytes(device: torch.device) -> int:
    """Give the memory that is free now: the GPU's, or the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_machine_memory_bytes()


def weights_dtype(device: str, *, trains_all: bool) -> torch.dtype:
    """Give in which numbers a model is held and computed on "cpu" or "cuda"."""
    # An update is mostly smaller than the distance between two numbers of bf16: it would be rounded away.
    return torch.float32 if device == "cpu" or trains_all else torch.bfloat16


def load_base(
    folder: Path,
    device: torch.device,
    *,
    attention: str | None = ATTENTION_NAME,
    quantization: Literal["none", "nf4"] = "none",
    stays_on_cpu: bool = False,
    trains_all: bool = False,
) -> PreTrainedModel:
    """Load the model of `folder`, frozen: fp32 on a CPU, where runs repeat bit for bit, bf16 on a GPU.

    `attention`: see `choose_attention`. With "nf4" the linear layers but the head are held in four bits.
    `trains_all`: all its weights are going to be trained, so they are fp32 on a GPU, too.
    Never runs code that comes with a model, and reads nothing but safetensors.
    """
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    dtype = weights_dtype(device.type, trains_all=trains_all)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        folder,
        dtype=dtype,
        attn_implementation=attention,
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
        **(nf4_options(device, dtype) if quantization == "nf4" else {}),
    )
    _check_head(model)
    if quantization == "nf4":
        compute_as_in_training(model)
    model.requires_grad_(False)
    return model.to("cpu" if stays_on_cpu else device).eval()


def _check_head(model: Any) -> None:
    """The loss computes logits itself, so a head that does more than multiply would be trained wrongly."""
    # Models that see pictures, too, keep what is said of their text apart.
    config = model.config.get_text_config()
    extras = {name: getattr(config, name, None) for name in _HEADS_WITH_EXTRAS}
    found = [f"config has {name}={value!r}" for name, value in extras.items() if value not in (None, 1, 1.0)]
    if getattr(model.get_output_embeddings(), "bias", None) is not None:
        found.append("head has a bias")
    if found:
        raise InvalidRequest(
            f"The base model's {found[0]}: an output that is scaled, capped or shifted is not supported yet. "
            "Choose another base model.",
            code="output_not_supported",
            param="model",
        )
