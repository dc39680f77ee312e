"""A tuned model as one model: the folder that transformers, vLLM and others load as it is."""

from __future__ import annotations

from pathlib import Path

import torch

from tuneport.export.tuned_files import copy_tokenizer_files, read_renderer
from tuneport.models import load_merged
from tuneport.weights import ExportOrder

DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}


def write_merged_folder(order: ExportOrder, folder: Path) -> None:
    model = load_merged(order.base_folder, order.checkpoint).to(DTYPES[order.numbers])
    model.config.dtype = DTYPES[order.numbers]
    settings = model.generation_config
    if settings is not None:
        # Answers end with any of these; the model's own settings may name fewer.
        settings.eos_token_id = sorted(read_renderer(order).stop_token_ids)
    model.save_pretrained(folder)
    copy_tokenizer_files(order, folder)
