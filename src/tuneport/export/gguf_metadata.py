"""The shape of a model in GGUF's words."""

from __future__ import annotations

from typing import Any

from gguf import GGUFWriter

from tuneport.core import InvalidRequest

_ROTATIONS = ("default", "llama3")


def require_known_kind(config: Any) -> None:
    """Raise `InvalidRequest` for a model that does what the file can't say."""
    found = []
    if (kind := config.rope_parameters["rope_type"]) not in _ROTATIONS:
        found.append(f"positions of the kind {kind!r}")
    if _has_window(config):
        found.append("layers that see only the last tokens")
    if getattr(config, "mlp_bias", False):
        found.append("biases in its feed-forward layers")
    if found:
        raise InvalidRequest(
            f"The model has {' and '.join(found)}, which is not written to GGUF here. Use the format 'merged' and "
            "llama.cpp's own converter.",
            code="unsupported_gguf",
            param="format",
        )


def _has_window(config: Any) -> bool:
    # Not every kind of model lists its layers: Mistral has one window for all.
    if kinds := getattr(config, "layer_types", None):
        return "sliding_attention" in kinds
    has_size = getattr(config, "sliding_window", None) is not None
    return has_size and getattr(config, "use_sliding_window", True)


def add_metadata(writer: GGUFWriter, config: Any, context_tokens: int) -> None:
    n_heads = config.num_attention_heads
    head_size = getattr(config, "head_dim", None) or config.hidden_size // n_heads
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(n_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_size)
    writer.add_value_length(head_size)
    writer.add_rope_dimension_count(head_size)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
