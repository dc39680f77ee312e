"""Rows of token ids → a prefix forest: what rows have in common at their start is there once.

Flattened depth-first, a forest of N nodes is a handful of arrays. Node *q* sees node *k* in attention exactly if
`k <= q < subtree_end[k]`: its ancestors and itself, which is what the row alone would have seen. Loss and gradients are
those of separate rows, since a gradient is a sum over rows and each distinct node's share of it is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuneport.tokens.renderer import TokenizedExample


@dataclass(frozen=True)
class Forest:
    token_ids: NDArray[np.int64]
    """`[N]`"""
    position_ids: NDArray[np.int64]
    """`[N]`: depth of the node in its row, counted from 0."""
    subtree_end: NDArray[np.int64]
    """`[N]`: index after the node's last descendant."""
    edge_parents: NDArray[np.int64]
    """`[E]`: the node that predicts."""
    edge_targets: NDArray[np.int64]
    """`[E]`: the token id to be predicted."""
    edge_weights: NDArray[np.float32]
    """`[E]`: weights of all rows that share the edge, added up."""

    @property
    def n_nodes(self) -> int:
        return len(self.token_ids)

    @property
    def loss_tokens(self) -> float:
        """Sum of the weights: what a mean loss is divided by."""
        return float(self.edge_weights.sum())


def build_forest(rows: Sequence[TokenizedExample]) -> Forest:
    """Build the forest of `rows`, each with at least one token of loss."""
    rows = sorted(rows, key=_sort_key)
    new_ids, new_depths, parents, targets, weights = [], [], [], [], []
    subtree_end = np.zeros(sum(_n_nodes(row) for row in rows), np.int64)
    path = np.zeros(0, np.int64)
    previous = np.zeros(0, np.int32)
    n_nodes = 0
    for row in rows:
        ids = row.token_ids[: _n_nodes(row)]
        shared = common_prefix(previous, ids)
        subtree_end[path[shared:]] = n_nodes
        path = np.concatenate([path[:shared], np.arange(n_nodes, n_nodes + len(ids) - shared)])
        new_ids.append(ids[shared:])
        new_depths.append(np.arange(shared, len(ids)))
        positions = np.flatnonzero(row.loss_weights)
        parents.append(path[positions - 1])
        targets.append(row.token_ids[positions])
        weights.append(row.loss_weights[positions])
        n_nodes += len(ids) - shared
        previous = ids
    subtree_end[path] = n_nodes
    edges = _merge_edges(np.concatenate(parents), np.concatenate(targets), np.concatenate(weights))
    return Forest(np.concatenate(new_ids).astype(np.int64), np.concatenate(new_depths), subtree_end[:n_nodes], *edges)


def cut_into_micro_batches(rows: Sequence[TokenizedExample], max_nodes: int) -> list[list[TokenizedExample]]:
    """Cut one step's rows, sorted so that the most is shared, where a forest would pass `max_nodes` nodes.

    A row that is longer alone goes alone.
    """
    batches: list[list[TokenizedExample]] = []
    n_nodes = 0
    previous = np.zeros(0, np.int32)
    for row in sorted(rows, key=_sort_key):
        ids = row.token_ids[: _n_nodes(row)]
        n_new = len(ids) - common_prefix(previous, ids)
        if batches and n_nodes + n_new <= max_nodes:
            batches[-1].append(row)
            n_nodes += n_new
        else:
            batches.append([row])
            n_nodes = len(ids)
        previous = ids
    return batches


def _n_nodes(row: TokenizedExample) -> int:
    """Tokens that some loss depends on: the last one trained is only ever a target."""
    return int(np.flatnonzero(row.loss_weights)[-1])


def _sort_key(row: TokenizedExample) -> bytes:
    # Big-endian bytes compare as the numbers do, and far faster than tuples.
    return row.token_ids.astype(">u4").tobytes()


def common_prefix(left: NDArray[np.int32], right: NDArray[np.int32]) -> int:
    """Give the number of token ids with which both begin."""
    length = min(len(left), len(right))
    differences = np.flatnonzero(left[:length] != right[:length])
    return int(differences[0]) if len(differences) else length


def _merge_edges(
    parents: NDArray[np.int64], targets: NDArray[np.int32], weights: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Add up the weights of equal (parent, target): rows that share the whole way share the prediction."""
    keys = parents * 2**32 + targets
    distinct, group = np.unique(keys, return_inverse=True)
    sums = np.bincount(group, weights=weights, minlength=len(distinct)).astype(np.float32)
    return distinct // 2**32, distinct % 2**32, sums
