"""A model that reads a text as a whole, in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load_encoder(folder: Path, device: torch.device) -> PreTrainedModel:
    """Load the model of `folder` in fp32, without a head: it gives the last layer's hidden states.

    Never runs code that comes with a model, and reads nothing but safetensors.
    """
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    model: PreTrainedModel = AutoModel.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False, local_files_only=True
    )
    return model.requires_grad_(False).to(device).eval()
