"""The record of a model that the catalog does not know, read off its files."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

import orjson

from tuneport.catalog.model_files import read_json_file
from tuneport.catalog.record import BaseModel, Source
from tuneport.core import InvalidRequest

LONGEST_ROW_TOKENS = 4096
RUN_BYTES = 2_500_000_000
"""What a run of any method takes beside the weights in fp32; a rough figure until the run's own forecast."""


def unknown_model(name: str, source: Source) -> BaseModel:
    """Give a record with nothing filled in but name and source."""
    return BaseModel(
        name=name,
        aliases=(),
        description="",
        family=name,
        parameters=0,
        licence="unknown",
        context_tokens=0,
        longest_training_row_tokens=0,
        chat_template=None,
        methods=("supervised", "dpo"),
        memory_bytes={},
        source=source,
        created=int(time.time()),
    )


def describe(model: BaseModel, folder: Path) -> BaseModel:
    """Fill in what the files in `folder` say. Raises `InvalidRequest` if they do not say enough."""
    config = read_json_file(folder / "config.json")
    parameters = sum(_n_parameters(file) for file in folder.glob("*.safetensors"))
    context_tokens = _context_tokens(config, folder)
    return replace(
        model,
        description=f"Imported: {config.get('model_type', 'unknown kind')}, {parameters / 1e6:.0f} million parameters.",
        parameters=parameters,
        context_tokens=context_tokens,
        longest_training_row_tokens=min(LONGEST_ROW_TOKENS, context_tokens),
        memory_bytes=dict.fromkeys(model.methods, RUN_BYTES + 4 * parameters),
    )


def _context_tokens(config: dict[str, Any], folder: Path) -> int:
    found = config.get("max_position_embeddings")
    if isinstance(found, int) and found > 0:
        return found
    raise InvalidRequest(
        f"{folder / 'config.json'}: max_position_embeddings is {found!r}. Use a text model whose configuration "
        "states the longest text that it takes, in tokens.",
        code="invalid_model_folder",
        param="source",
    )


def _n_parameters(file: Path) -> int:
    """Sum the tensors' sizes from the safetensors header: 8 bytes of length, then JSON."""
    with file.open("rb") as reader:
        (n_bytes,) = struct.unpack("<Q", reader.read(8))
        header = orjson.loads(reader.read(n_bytes))
    return sum(prod(tensor["shape"]) for name, tensor in header.items() if name != "__metadata__")
