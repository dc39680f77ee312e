"""What a run trains, of any kind: made ready, saved, read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor

from tuneport.config import AdapterSection
from tuneport.models.adapters import attach_adapter, read_adapter, save_adapter
from tuneport.models.vocabulary import add_token_rows
from tuneport.weights import MODEL_FILE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ONE_FILE = "1000000GB"
"""No model is larger, so none is saved in parts."""


def prepare_training(
    base: PreTrainedModel, section: AdapterSection, *, base_name: str, seed: int, new_token_ids: Sequence[int] = ()
) -> PeftModel | PreTrainedModel:
    """Give `base` with a new adapter, or, for "full", with every weight of its own ready to be trained."""
    if section.kind != "full":
        return attach_adapter(base, section, base_name=base_name, seed=seed, new_token_ids=new_token_ids)
    if new_token_ids:
        add_token_rows(base, new_token_ids)
    torch.manual_seed(seed)
    return base.requires_grad_(True)


def trainable_parameters(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """Give name → parameter; one that two layers share is there once."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def save_weights(model: PeftModel | PreTrainedModel, folder: Path) -> None:
    """Write the adapter's files, or `model.safetensors` with the model's config where all weights are trained."""
    if isinstance(model, PeftModel):
        save_adapter(model, folder)
    else:
        model.save_pretrained(folder, max_shard_size=ONE_FILE)


def read_weights(model: PeftModel | PreTrainedModel, folder: Path) -> None:
    """Set what is trained to the weights of `folder`, which `save_weights` wrote of a model of the same kind."""
    if isinstance(model, PeftModel):
        read_adapter(model, folder)
    else:
        model.load_state_dict(_read_all(model, folder), strict=False)


def _read_all(model: PreTrainedModel, folder: Path) -> dict[str, Tensor]:
    """Give the model's tensors by its own names, but for a head that is the embedding's, which is saved once."""
    tensors: dict[str, Tensor] = load_file(folder / MODEL_FILE)
    if tensors.keys() <= model.state_dict().keys():
        return tensors
    # Experts are saved one by one, and are one tensor in memory.
    dtype = next(model.parameters()).dtype
    whole = type(model).from_pretrained(folder, dtype=dtype, local_files_only=True)
    return {name: tensor for name, tensor in whole.state_dict().items() if name in model.state_dict()}
