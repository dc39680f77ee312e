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
from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from tuneport.core import ModelPullFailed

Metadata = dict[str, Any]
"""Key of the GGUF file → value, as plain Python."""

LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTER_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


def convert_gguf(source: Path, target_dir: Path) -> None:
    """Write config, weights and tokenizer of the llama model `source` into `target_dir`, which exists.

    Raises `ModelPullFailed` for another architecture or another kind of tokenizer.
    """
    reader = GGUFReader(source)
    metadata: Metadata = {name: field.contents() for name, field in reader.fields.items()}
    _require(source, metadata, "general.architecture", {"llama"})
    _require(source, metadata, "tokenizer.ggml.model", {"gpt2"})
    _require(source, metadata, "tokenizer.ggml.pre", set(_PRE_TOKENIZERS))
    config = read_config(metadata)
    weights = read_weights(reader, config)
    config["tie_word_embeddings"] = "lm_head.weight" not in weights
    save_file(weights, target_dir / "model.safetensors", metadata={"format": "pt"})
    _write_json(target_dir / "config.json", config)
    _write_json(target_dir / "generation_config.json", {key: config[key] for key in _TOKEN_IDS})
    build_tokenizer(metadata).save(str(target_dir / "tokenizer.json"))
    _write_json(target_dir / "tokenizer_config.json", read_tokenizer_config(metadata))
    if template := metadata.get("tokenizer.chat_template"):
        (target_dir / "chat_template.jinja").write_text(template, encoding="utf-8")


def read_config(metadata: Metadata) -> dict[str, Any]:
    """Give transformers' `config.json` of a llama model, but for `tie_word_embeddings`, which the weights tell."""
    llama = {key.removeprefix("llama."): value for key, value in metadata.items() if key.startswith("llama.")}
    heads = llama["attention.head_count"]
    theta = llama.get("rope.freq_base", 10_000.0)
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
        "hidden_size": llama["embedding_length"],
        "intermediate_size": llama["feed_forward_length"],
        "num_hidden_layers": llama["block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": llama.get("attention.head_count_kv", heads),
        "head_dim": llama.get("rope.dimension_count", llama["embedding_length"] // heads),
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "max_position_embeddings": llama["context_length"],
        # The file has it in fp32, whose shortest spelling is the number that was meant.
        "rms_norm_eps": float(str(np.float32(llama["attention.layer_norm_rms_epsilon"]))),
        "rope_theta": theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": theta},
        "initializer_range": 0.02,
        "use_cache": True,
        "dtype": "float32",
    } | {key: metadata[name] for key, name in _TOKEN_IDS.items()}


def read_weights(reader: GGUFReader, config: dict[str, Any]) -> dict[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Give every tensor in fp32 under transformers' name."""
    heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    weights = {}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        if (kind := tensor.name.split(".")[-2]) in heads:
            values = _rotary_halves(values, heads[kind])
        weights[_transformers_name(tensor.name)] = np.ascontiguousarray(values)
    return weights


def build_tokenizer(metadata: Metadata) -> Tokenizer:
    """Give the byte-level BPE tokenizer, in which each control token is one token."""
    tokens: list[str] = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = _PRE_TOKENIZERS[metadata["tokenizer.ggml.pre"]]()
    tokenizer.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, metadata["tokenizer.ggml.token_type"], strict=True):
        if kind == TokenType.CONTROL:
            tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True)])
        elif kind == TokenType.USER_DEFINED:
            tokenizer.add_tokens([AddedToken(token, normalized=False)])
    return tokenizer


def read_tokenizer_config(metadata: Metadata) -> dict[str, Any]:
    tokens = metadata["tokenizer.ggml.tokens"]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": metadata["llama.context_length"],
        "add_bos_token": metadata.get("tokenizer.ggml.add_bos_token", False),
        "clean_up_tokenization_spaces": False,
    } | {key.replace("_id", ""): tokens[metadata[name]] for key, name in _TOKEN_IDS.items()}


_TOKEN_IDS = {
    "bos_token_id": "tokenizer.ggml.bos_token_id",
    "eos_token_id": "tokenizer.ggml.eos_token_id",
    "pad_token_id": "tokenizer.ggml.padding_token_id",
}


def _byte_level() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def _digits_then_byte_level() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), _byte_level()])


_PRE_TOKENIZERS = {"gpt-2": _byte_level, "smollm": _digits_then_byte_level}
"""How text is cut before the merges: the model was trained on exactly this."""


def _rotary_halves(values: np.ndarray[Any, Any], n_heads: int) -> np.ndarray[Any, Any]:
    """In GGUF a head's rows alternate between the halves of the rotation; transformers has one half after the other."""
    rows, *rest = values.shape
    return values.reshape(n_heads, rows // n_heads // 2, 2, *rest).swapaxes(1, 2).reshape(values.shape)


def _transformers_name(name: str) -> str:
    if name in OUTER_NAMES:
        return OUTER_NAMES[name]
    match name.split("."):
        case ["blk", layer, kind, "weight"] if kind in LAYER_NAMES:
            return f"model.layers.{layer}.{LAYER_NAMES[kind]}.weight"
    raise ModelPullFailed(
        f"The GGUF file has a tensor {name!r}, which a llama model of this kind does not have. "
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
