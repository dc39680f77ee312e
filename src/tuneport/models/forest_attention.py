"""Attention over a prefix forest, in blocks of queries.

The nodes of a block of consecutive queries see, at most, the ancestors of the block's first node and the block itself.
So each block gathers those keys and attends to them under a small dense mask: the work grows with the depth of the
rows, not with the size of the forest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

ATTENTION_NAME = "tuneport_forest"
QUERIES_PER_BLOCK = 256


class ForestArrays(Protocol):
    """What a model needs of a prefix forest (`tuneport.tokens.Forest`), `[N]` nodes depth-first and `[E]` edges."""

    @property
    def token_ids(self) -> NDArray[np.int64]: ...
    @property
    def position_ids(self) -> NDArray[np.int64]: ...
    @property
    def subtree_end(self) -> NDArray[np.int64]: ...
    @property
    def edge_parents(self) -> NDArray[np.int64]: ...
    @property
    def edge_targets(self) -> NDArray[np.int64]: ...


@dataclass(frozen=True)
class AttentionBlock:
    start: int
    end: int
    """Queries `start` to `end`, exclusive."""
    key_ids: Tensor
    """`[K]`: nodes that some query of the block sees."""
    mask: Tensor
    """`[1, 1, end - start, K]`, true where the query sees the key."""


def attention_blocks(forest: ForestArrays, device: torch.device) -> list[AttentionBlock]:
    subtree_end = torch.from_numpy(forest.subtree_end)
    n_nodes = len(subtree_end)
    return [
        _block(subtree_end, start, min(start + QUERIES_PER_BLOCK, n_nodes), device)
        for start in range(0, n_nodes, QUERIES_PER_BLOCK)
    ]


def _block(subtree_end: Tensor, start: int, end: int, device: torch.device) -> AttentionBlock:
    ancestors = torch.nonzero(subtree_end[:start] > start).flatten()
    key_ids = torch.cat([ancestors, torch.arange(start, end)])
    queries = torch.arange(start, end)[:, None]
    mask = (key_ids[None, :] <= queries) & (queries < subtree_end[key_ids][None, :])
    return AttentionBlock(start, end, key_ids.to(device), mask[None, None].to(device))


def _forest_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    forest_blocks: list[AttentionBlock],
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend as transformers calls it: `query` `[1, heads, N, D]`, `key` and `value` `[1, key heads, N, D]`."""
    repeats = query.shape[1] // key.shape[1]
    outputs = []
    for block in forest_blocks:
        keys = key.index_select(2, block.key_ids).repeat_interleave(repeats, dim=1)
        values = value.index_select(2, block.key_ids).repeat_interleave(repeats, dim=1)
        queries = query[:, :, block.start : block.end]
        outputs.append(scaled_dot_product_attention(queries, keys, values, block.mask, dropout, scale=scaling))
    return torch.cat(outputs, dim=2).transpose(1, 2), None


AttentionInterface.register(ATTENTION_NAME, _forest_attention)
