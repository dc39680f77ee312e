"""The metadata of a GGUF file as transformers' configuration."""

from __future__ import annotations

from typing import Any

import numpy as np

Metadata = dict[str, Any]
"""Key of the GGUF file → value, as plain Python."""

CLASS_NAMES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}
"""GGUF's architecture, which is also transformers' model type → transformers' class."""
TOKEN_IDS = {
    "bos_token_id": "tokenizer.ggml.bos_token_id",
    "eos_token_id": "tokenizer.ggml.eos_token_id",
    "pad_token_id": "tokenizer.ggml.padding_token_id",
}
_MORE_STOP_TOKENS = ("tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id")


def read_config(metadata: Metadata) -> dict[str, Any]:
    """Give transformers' `config.json`, but for what the weights tell: see `convert.convert_gguf`."""
    architecture = metadata["general.architecture"]
    start = f"{architecture}."
    facts = {key.removeprefix(start): value for key, value in metadata.items() if key.startswith(start)}
    heads = facts["attention.head_count"]
    theta = facts.get("rope.freq_base", 10_000.0)
    return {
        "architectures": [CLASS_NAMES[architecture]],
        "model_type": architecture,
        "vocab_size": len(metadata["tokenizer.ggml.tokens"]),
        "hidden_size": facts["embedding_length"],
        "intermediate_size": facts["feed_forward_length"],
        "num_hidden_layers": facts["block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": facts.get("attention.head_count_kv", heads),
        "head_dim": facts.get("rope.dimension_count", facts["embedding_length"] // heads),
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "max_position_embeddings": facts["context_length"],
        # The file has it in fp32, whose shortest spelling is the number that was meant.
        "rms_norm_eps": float(str(np.float32(facts["attention.layer_norm_rms_epsilon"]))),
        "rope_theta": theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": theta},
        "initializer_range": 0.02,
        "use_cache": True,
        "dtype": "float32",
    } | _token_ids(metadata)


def read_generation_config(metadata: Metadata) -> dict[str, Any]:
    """Give `generation_config.json`, which knows every token that ends an answer."""
    found = _token_ids(metadata)
    more = [metadata[name] for name in _MORE_STOP_TOKENS if name in metadata]
    return found | ({"eos_token_id": [found["eos_token_id"], *more]} if more else {})


def with_rotation(config: dict[str, Any], factors: list[float]) -> dict[str, Any]:
    """Give the config of a model whose positions turn slower by `factors`, one for each frequency."""
    context = config["max_position_embeddings"]
    rope = {
        "rope_type": "longrope",
        "rope_theta": config["rope_theta"],
        "short_factor": factors,
        "long_factor": factors,
        "attention_factor": 1.0,
        "original_max_position_embeddings": context,
    }
    return config | {"rope_parameters": rope}


def _token_ids(metadata: Metadata) -> dict[str, int]:
    return {key: metadata[name] for key, name in TOKEN_IDS.items() if name in metadata}
