"""A tuned model as one GGUF file, for llama.cpp, Ollama, LM Studio and their like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gguf import GGUFWriter, LlamaFileType

from tuneport.core import InvalidRequest
from tuneport.export.gguf_metadata import add_metadata, require_known_kind
from tuneport.export.gguf_tensors import GgufTensor, gguf_tensors
from tuneport.export.gguf_tokenizer import add_tokenizer
from tuneport.export.tuned_files import read_renderer, read_template, tokenizer_folder
from tuneport.models import load_merged
from tuneport.weights import TOKENIZER_FILE, ExportOrder

ARCHITECTURES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
"""transformers' model type → GGUF's architecture."""
_FILE_TYPES = {
    "f32": LlamaFileType.ALL_F32,
    "f16": LlamaFileType.MOSTLY_F16,
    "bf16": LlamaFileType.MOSTLY_BF16,
    "q8_0": LlamaFileType.MOSTLY_Q8_0,
}


def write_gguf(order: ExportOrder, target: Path) -> None:
    """Write the merged model with tokenizer, template and stop tokens in its metadata.

    Raises `InvalidRequest` (code `unsupported_gguf`) for a kind of model or tokenizer that has no place in it.
    """
    tokenizer: dict[str, Any] = json.loads((tokenizer_folder(order) / TOKENIZER_FILE).read_bytes())
    model = load_merged(order.base_folder, order.checkpoint)
    config = model.config
    architecture = _architecture(config.model_type)
    require_known_kind(config)
    writer = GGUFWriter(target, architecture)
    writer.add_name(order.model)
    writer.add_license(order.licence)
    writer.add_file_type(_FILE_TYPES[order.numbers])
    add_metadata(writer, config, order.context_tokens)
    add_tokenizer(
        writer,
        tokenizer,
        config,
        renderer=read_renderer(order),
        template=read_template(order),
        n_rows=model.get_input_embeddings().weight.shape[0],
    )
    _write_file(writer, gguf_tensors(model, architecture, order.numbers))


def _architecture(model_type: str) -> str:
    if model_type not in ARCHITECTURES:
        raise InvalidRequest(
            f"The model is of the kind {model_type!r}; GGUF is written for {', '.join(sorted(ARCHITECTURES))}. "
            "Use the format 'merged' and llama.cpp's own converter.",
            code="unsupported_gguf",
            param="format",
        )
    return ARCHITECTURES[model_type]


def _write_file(writer: GGUFWriter, tensors: list[GgufTensor]) -> None:
    """Write one tensor after the other: only one is there in the new format at a time."""
    for tensor in tensors:
        writer.add_tensor_info(tensor.name, tensor.stored_shape, tensor.stored_dtype, tensor.n_bytes, tensor.kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in tensors:
        writer.write_tensor_data(tensor.read())
    writer.close()
