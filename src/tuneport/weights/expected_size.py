"""How large the files of a run will be, told before there is a model in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BYTES_PER_TRAINED_WEIGHT = 3 * 4
"""The weight and AdamW's two moments, in fp32."""


def expected_checkpoint_bytes(n_trained: int, *, n_epochs: int, keep_checkpoints: int) -> int:
    """Give the disk that the checkpoints of a run take: one an epoch, of which the last few are kept."""
    return n_trained * BYTES_PER_TRAINED_WEIGHT * min(n_epochs, keep_checkpoints)


def expected_adapter_weights(config: Mapping[str, Any], rank: int) -> int | None:
    """Give the weights of an adapter on every linear layer; `None` where the model's `config.json` does not tell.

    Exact for layers with four attention and three feed-forward products, and near it for those of other dense models.
    """
    try:
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        n_layers, n_heads = config["num_hidden_layers"], config["num_attention_heads"]
    except KeyError:
        return None
    head = config.get("head_dim") or hidden // n_heads
    queries = n_heads * head
    keys = (config.get("num_key_value_heads") or n_heads) * head
    attention = 2 * (hidden + queries) + 2 * (hidden + keys)
    return int(n_layers * rank * (attention + 3 * (hidden + inner)))
