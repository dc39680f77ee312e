"""`python -m tuneport.catalog.convert SOURCE.gguf TARGET_DIR`: a GGUF file → safetensors, configuration and tokenizer.

The weights become fp32, which holds a dequantized value exactly: fp16 would move each by 0.02 % and bf16 by 0.14 %.
The file is read once and without torch. transformers can read GGUF too, but takes four times as long, and gives
SmolLM2 a tokenizer that does not split digits as the model was taught.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, TokenType
from gguf.quants import dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders
from tokenizers.models import BPE
from tokenizers.processors import TemplateProcessing

from tuneport.catalog.gguf_config import (
    CLASS_NAMES,
    TOKEN_IDS,
    Metadata,
    read_config,
    read_generation_config,
    with_rotation,
)
from tuneport.catalog.pre_tokenizers import PRE_TOKENIZERS, WHOLE_WORDS_FIRST
from tuneport.core import ModelPullFailed

ROTATION_FACTORS = "rope_freqs.weight"
LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTER_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
    ROTATION_FACTORS: ROTATION_FACTORS,
}


def convert_gguf(source: Path, target_dir: Path) -> None:
    """Write config, weights and tokenizer of the model `source` into `target_dir`, which exists.

    Raises `ModelPullFailed` for another architecture or another kind of tokenizer.
    """
    reader = GGUFReader(source)
    metadata: Metadata = {name: field.contents() for name, field in reader.fields.items()}
    _require(source, metadata, "general.architecture", set(CLASS_NAMES))
    _require(source, metadata, "tokenizer.ggml.model", {"gpt2"})
    _require(source, metadata, "tokenizer.ggml.pre", set(PRE_TOKENIZERS))
    config = read_config(metadata)
    weights = read_weights(reader, config)
    if ROTATION_FACTORS in weights:
        config = with_rotation(config, weights.pop(ROTATION_FACTORS).tolist())
    config["tie_word_embeddings"] = "lm_head.weight" not in weights
    save_file(weights, target_dir / "model.safetensors", metadata={"format": "pt"})
    _write_json(target_dir / "config.json", config)
    _write_json(target_dir / "generation_config.json", read_generation_config(metadata))
    build_tokenizer(metadata).save(str(target_dir / "tokenizer.json"))
    _write_json(target_dir / "tokenizer_config.json", read_tokenizer_config(metadata))
    if template := metadata.get("tokenizer.chat_template"):
        (target_dir / "chat_template.jinja").write_text(template, encoding="utf-8")


def read_weights(reader: GGUFReader, config: dict[str, Any]) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Give every tensor in fp32 under transformers' name."""
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    weights = {}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        if config["model_type"] == "llama" and (kind := tensor.name.split(".")[-2]) in heads:
            values = _rotary_halves(values, heads[kind])
        weights[_transformers_name(tensor.name)] = np.ascontiguousarray(values)
    return weights


def build_tokenizer(metadata: Metadata) -> Tokenizer:
    """Give the byte-level BPE tokenizer, in which each control token is one token."""
    tokens, kinds = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    pre_tokenizer = metadata["tokenizer.ggml.pre"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    # Some models have rows for tokens that are none.
    vocabulary = {token: n for n, token in enumerate(tokens) if kinds[n] != TokenType.UNUSED}
    model = BPE(vocab=vocabulary, merges=merges, ignore_merges=pre_tokenizer in WHOLE_WORDS_FIRST)
    tokenizer = _with_pre_tokenizer(Tokenizer(model), PRE_TOKENIZERS[pre_tokenizer])
    tokenizer.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == TokenType.CONTROL:
            tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True)])
        elif kind == TokenType.USER_DEFINED:
            tokenizer.add_tokens([AddedToken(token, normalized=False)])
    if metadata.get("tokenizer.ggml.add_bos_token"):
        start = metadata["tokenizer.ggml.bos_token_id"]
        tokenizer.post_processor = TemplateProcessing(
            single=f"{tokens[start]} $A", special_tokens=[(tokens[start], start)]
        )
    return tokenizer


def read_tokenizer_config(metadata: Metadata) -> dict[str, Any]:
    tokens, architecture = metadata["tokenizer.ggml.tokens"], metadata["general.architecture"]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": metadata[f"{architecture}.context_length"],
        "add_bos_token": metadata.get("tokenizer.ggml.add_bos_token", False),
        "clean_up_tokenization_spaces": False,
    } | {key.replace("_id", ""): tokens[metadata[name]] for key, name in TOKEN_IDS.items() if name in metadata}


def _with_pre_tokenizer(tokenizer: Tokenizer, pre_tokenizer: dict[str, Any]) -> Tokenizer:
    content = json.loads(tokenizer.to_str()) | {"pre_tokenizer": pre_tokenizer}
    return Tokenizer.from_str(json.dumps(content))


def _rotary_halves(values: np.ndarray[Any, Any], n_heads: int) -> np.ndarray[Any, Any]:
    """In GGUF a head's rows alternate between the halves of the rotation; transformers has one half after the other."""
    rows, *rest = values.shape
    return values.reshape(n_heads, rows // n_heads // 2, 2, *rest).swapaxes(1, 2).reshape(values.shape)


def _transformers_name(name: str) -> str:
    if name in OUTER_NAMES:
        return OUTER_NAMES[name]
    match name.split("."):
        case ["blk", layer, kind, ("weight" | "bias") as part] if kind in LAYER_NAMES:
            return f"model.layers.{layer}.{LAYER_NAMES[kind]}.{part}"
    raise ModelPullFailed(
        f"The GGUF file has a tensor {name!r}, which a model of this kind does not have. "
        "Pull the model's safetensors instead: `tuneport models pull hf:ORGANISATION/NAME`.",
        code="unsupported_gguf",
    )


def _require(source: Path, metadata: Metadata, key: str, allowed: set[str]) -> None:
    found = metadata.get(key)
    if found in allowed:
        return
    raise ModelPullFailed(
        f"{source.name}: {key} is {found!r}; this version reads {' or '.join(repr(word) for word in sorted(allowed))}. "
        "Pull the model's safetensors instead: `tuneport models pull hf:ORGANISATION/NAME`.",
        code="unsupported_gguf",
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        convert_gguf(Path(sys.argv[1]), Path(sys.argv[2]))
    except ModelPullFailed as error:
        sys.exit(error.message)
