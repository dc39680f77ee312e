"""How large the files of a run will be, told before there is a model in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BYTES_PER_TRAINED_WEIGHT = 3 * 4
"""The weight and AdamW's two moments, in fp32."""


BYTES_BESIDE = 100_000
"""Configuration, random state, manifest, and what the model answered."""


def expected_checkpoint_bytes(
    n_trained: int, *, n_kept_epochs: int, n_epochs: int, n_between: int, tokenizer_bytes: int = 0
) -> int:
    """Give the most disk that the checkpoints of a run take at once.

    `n_kept_epochs`: how many of those at an epoch's end stay; `n_between`: further ones, to go on from, which the run
    makes meanwhile. The newest two stay in any case, and the next is written before one is deleted.
    `tokenizer_bytes`: of the tokenizer, where each checkpoint has its own.
    """
    n_kept = min(n_epochs, n_kept_epochs) + min(n_between, 2)
    n_at_once = min(n_epochs + n_between, n_kept + 1)
    return (n_trained * BYTES_PER_TRAINED_WEIGHT + tokenizer_bytes + BYTES_BESIDE) * n_at_once


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
