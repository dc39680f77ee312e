"""Attention over a prefix forest on a GPU: FlexAttention, which skips blocks of queries and keys that see nothing.

Which blocks those are follows from two numbers per block of keys: the least and the greatest end of their subtrees. So
the mask of 100,000 nodes costs a table of 782 by 782, and nothing of the size N by N is ever made.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, flex_attention
from transformers import AttentionInterface

FLEX_ATTENTION_NAME = "tuneport_forest_flex"
BLOCK = 128
"""Nodes per block, of queries and of keys; what FlexAttention's kernels are made for."""


def is_flex_available(device: torch.device) -> bool:
    """Tell whether FlexAttention has its kernels here: on an NVIDIA GPU, with triton to compile them."""
    return device.type == "cuda" and find_spec("triton") is not None


def forest_block_mask(subtree_end: NDArray[np.int64], device: torch.device) -> BlockMask:
    """Build the mask by which node q sees node k exactly if `k <= q < subtree_end[k]`. `subtree_end` is `[N]`."""
    partial_QK, full_QK = visible_blocks(subtree_end)
    ends = torch.from_numpy(subtree_end).to(device)

    def sees(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (key <= query) & (query < ends[key])

    n_nodes = len(subtree_end)
    return BlockMask.from_kv_blocks(
        *_ordered(partial_QK, device),
        *_ordered(full_QK, device),
        BLOCK_SIZE=BLOCK,
        mask_mod=sees,
        seq_lengths=(n_nodes, n_nodes),
    )


def visible_blocks(subtree_end: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Give two tables, blocks of queries by blocks of keys: where some pairs see each other, and where all do."""
    starts = np.arange(0, len(subtree_end), BLOCK)
    ends = np.minimum(starts + BLOCK, len(subtree_end))
    least_end = np.minimum.reduceat(subtree_end, starts)
    greatest_end = np.maximum.reduceat(subtree_end, starts)
    is_earlier_QK = starts[None, :] < starts[:, None]
    full_QK = is_earlier_QK & (least_end[None, :] >= ends[:, None])
    some_QK = is_earlier_QK & (greatest_end[None, :] > starts[:, None])
    return (some_QK & ~full_QK) | np.eye(len(starts), dtype=bool), full_QK


def _ordered(table_QK: NDArray[np.bool_], device: torch.device) -> tuple[Tensor, Tensor]:
    """Give `[1, 1, Q]`, how many blocks of keys each block of queries has, and `[1, 1, Q, K]`, which, those first."""
    counts = table_QK.sum(axis=1, dtype=np.int32)
    indices = np.argsort(~table_QK, axis=1, kind="stable").astype(np.int32)
    return torch.from_numpy(counts)[None, None].to(device), torch.from_numpy(indices)[None, None].to(device)


@functools.cache
def _compiled() -> Any:
    """Without being compiled, FlexAttention makes every score; compiled once, it takes forests of any size."""
    return torch.compile(flex_attention, dynamic=True)


def _flex_forest_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    forest_mask: BlockMask,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attend as transformers calls it: `query` `[1, heads, N, D]`, `key` and `value` `[1, key heads, N, D]`.

    FlexAttention has no dropout; base models are frozen and adapters bring their own, so none is asked for.
    """
    attend: Any = _compiled() if query.is_cuda else flex_attention
    is_grouped = query.shape[1] != key.shape[1]
    output = attend(query, key, value, block_mask=forest_mask, scale=scaling, enable_gqa=is_grouped)
    return output.transpose(1, 2), None


AttentionInterface.register(FLEX_ATTENTION_NAME, _flex_forest_attention)
