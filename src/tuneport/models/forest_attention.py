"""Attention over a prefix forest, in blocks of queries.

The nodes of a block of consecutive queries see, at most, the ancestors of the block's first node and the block itself.
So each block gathers those keys and attends to them under a small dense mask: the work grows with the depth of the
rows, not with the size of the forest. For the backward pass the gathered keys are gathered again, not remembered.
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
QUERIES_PER_BLOCK = 192
"""From here on PyTorch's kernel takes 64 queries at once, not 32; larger blocks see more that their mask hides."""


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
    """`[1, 1, end - start, K]`, added to the scores: 0 where the query sees the key, minus infinity elsewhere."""


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
    is_seen = (key_ids[None, :] <= queries) & (queries < subtree_end[key_ids][None, :])
    mask = torch.zeros(is_seen.shape).masked_fill_(~is_seen, float("-inf"))
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
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    # torch's kernel for CPUs takes values of the keys' size only.
    if query.device.type == "cpu" and dropout == 0.0 and value.shape[-1] == query.shape[-1]:
        apply: Any = _CpuAttention.apply
        return apply(query, key, value, forest_blocks, scale), None
    repeats = query.shape[1] // key.shape[1]
    outputs = []
    for block in forest_blocks:
        keys = key.index_select(2, block.key_ids).repeat_interleave(repeats, dim=1)
        values = value.index_select(2, block.key_ids).repeat_interleave(repeats, dim=1)
        queries = query[:, :, block.start : block.end]
        mask = block.mask.to(query.dtype)
        outputs.append(scaled_dot_product_attention(queries, keys, values, mask, dropout, scale=scale))
    return torch.cat(outputs, dim=2).transpose(1, 2), None


class _CpuAttention(torch.autograd.Function):
    """Gives `[1, N, heads, D]`. The heads that share keys are the batch, so that no key is repeated in memory."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, blocks: list[AttentionBlock], scale: float
    ) -> Tensor:
        n_key_heads = key.shape[1]
        queries = _by_repeat(query, n_key_heads)
        outputs = torch.empty_like(query.transpose(1, 2), memory_format=torch.contiguous_format)
        outputs_by_repeat = _by_repeat(outputs.transpose(1, 2), n_key_heads)
        normalizers = []
        for block in blocks:
            part, normalizer = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
                queries[:, :, block.start : block.end],
                *_gathered(key, value, block, len(queries)),
                attn_mask=block.mask.to(query.dtype),
                scale=scale,
            )
            outputs_by_repeat[:, :, block.start : block.end] = part
            normalizers.append(normalizer)
        ctx.save_for_backward(query, key, value, outputs, *normalizers)
        ctx.blocks, ctx.scale = blocks, scale
        return outputs

    @staticmethod
    def backward(ctx: Any, outputs_gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        query, key, value, outputs, *normalizers = ctx.saved_tensors
        n_key_heads = key.shape[1]
        queries = _by_repeat(query, n_key_heads)
        parts = _by_repeat(outputs.transpose(1, 2), n_key_heads)
        part_gradients = _by_repeat(outputs_gradient.transpose(1, 2), n_key_heads)
        query_gradient = torch.empty_like(query, memory_format=torch.contiguous_format)
        query_gradients = _by_repeat(query_gradient, n_key_heads)
        key_gradient, value_gradient = torch.zeros_like(key), torch.zeros_like(value)
        for block, normalizer in zip(ctx.blocks, normalizers, strict=True):
            within = slice(block.start, block.end)
            of_queries, of_keys, of_values = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward(
                part_gradients[:, :, within],
                queries[:, :, within],
                *_gathered(key, value, block, len(queries)),
                parts[:, :, within],
                normalizer,
                0.0,
                False,
                attn_mask=block.mask.to(query.dtype),
                scale=ctx.scale,
            )
            query_gradients[:, :, within] = of_queries
            key_gradient.index_add_(2, block.key_ids, of_keys.sum(dim=0, keepdim=True))
            value_gradient.index_add_(2, block.key_ids, of_values.sum(dim=0, keepdim=True))
        return query_gradient, key_gradient, value_gradient, None, None


def _by_repeat(heads: Tensor, n_key_heads: int) -> Tensor:
    """View `[1, heads, N, D]` as `[heads per key head, key heads, N, D]`."""
    _, n_heads, n_nodes, head_size = heads.shape
    return heads.view(n_key_heads, n_heads // n_key_heads, n_nodes, head_size).transpose(0, 1)


def _gathered(key: Tensor, value: Tensor, block: AttentionBlock, n_repeats: int) -> tuple[Tensor, Tensor]:
    """Give the block's keys and values, `[heads per key head, key heads, K, D]`."""
    keys, values = key.index_select(2, block.key_ids), value.index_select(2, block.key_ids)
    return keys.expand(n_repeats, -1, -1, -1), values.expand(n_repeats, -1, -1, -1)


AttentionInterface.register(ATTENTION_NAME, _forest_attention)
