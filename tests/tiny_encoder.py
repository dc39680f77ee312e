"""A two-layer model with random weights that turns texts into vectors, as a pulled model of a home folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tiny_model import byte_tokenizer
from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings

NAME = "tiny-embedder"
DIMENSIONS = 32
LONGEST = 40
"""Tokens, which are bytes."""


def write_tiny_encoder(home: Path) -> Path:
    """Write the model into `home` under the name `NAME`, and give its folder."""
    import torch
    from transformers import BertConfig, BertModel

    tokenizer = byte_tokenizer()
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=DIMENSIONS,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        initializer_range=0.3,
    )
    folder = write_encoder_record(home)
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    return folder


def write_encoder_record(home: Path) -> Path:
    """Write all but the weights, which is enough where no one computes."""
    settings = Settings(home=home)
    minilm = find_model("all-minilm-l6-v2", settings)
    model = replace(minilm, name=NAME, aliases=(), context_tokens=LONGEST, longest_training_row_tokens=LONGEST)
    folder = model_folder(model, settings)
    folder.mkdir(parents=True)
    byte_tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"hidden_size": DIMENSIONS}))
    (folder / "model.json").write_text(json.dumps(model.to_json()))
    return folder
