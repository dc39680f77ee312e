"""Rows of token ids → a prefix forest: what rows have in common at their start is there once.

Flattened depth-first, a forest of N nodes is a handful of arrays. Node *q* sees node *k* in attention exactly if
`k <= q < subtree_end[k]`: its ancestors and itself, which is what the row alone would have seen. Loss and gradients are
those of separate rows, since a gradient is a sum over rows and each distinct node's share of it is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tuneport.tokens.renderer import TokenizedRow
from tuneport.tokens.sample import Sample


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
    n_rows: int
    term_rows: NDArray[np.int64]
    """`[L]`: index, among the rows that the forest was built of, of the row that a term belongs to."""
    term_edges: NDArray[np.int64]
    """`[L]`: the edge that the row has there, for objectives that need one number per row."""
    term_weights: NDArray[np.float32]
    """`[L]`: the row's own weight on the edge."""

    @property
    def n_nodes(self) -> int:
        return len(self.token_ids)

    @property
    def loss_tokens(self) -> float:
        """Sum of the weights: what a mean loss is divided by."""
        return float(self.edge_weights.sum())


def build_forest(rows: Sequence[TokenizedRow], *, share_prefixes: bool = True) -> Forest:
    """Build the forest of `rows`, each with at least one token of loss.

    `share_prefixes`: false makes each row a tree of its own, for models that have to compute each row alone.
    """
    positions_of = [np.flatnonzero(row.loss_weights) for row in rows]
    # The last token trained is only ever a target.
    ids_of = [row.token_ids[: positions[-1]] for row, positions in zip(rows, positions_of, strict=True)]
    order = sorted(range(len(rows)), key=lambda index: _sort_key(ids_of[index]))
    new_ids, new_depths, parents, targets, weights = [], [], [], [], []
    subtree_end = np.zeros(sum(len(row.token_ids) for row in rows), np.int64)
    path = np.zeros(0, np.int64)
    previous = np.zeros(0, np.int32)
    n_nodes = 0
    for row, positions, ids in ((rows[index], positions_of[index], ids_of[index]) for index in order):
        shared = common_prefix(previous, ids) if share_prefixes else 0
        subtree_end[path[shared:]] = n_nodes
        path = np.concatenate([path[:shared], np.arange(n_nodes, n_nodes + len(ids) - shared)])
        new_ids.append(ids[shared:])
        new_depths.append(np.arange(shared, len(ids)))
        parents.append(path[positions - 1])
        targets.append(row.token_ids[positions])
        weights.append(row.loss_weights[positions])
        n_nodes += len(ids) - shared
        previous = ids
    subtree_end[path] = n_nodes
    term_weights = np.concatenate(weights)
    # Rows that share the whole way to a token share its prediction: one edge, with the weights added up.
    keys = np.concatenate(parents) * 2**32 + np.concatenate(targets)
    edges, term_edges = np.unique(keys, return_inverse=True)
    return Forest(
        token_ids=np.concatenate(new_ids).astype(np.int64),
        position_ids=np.concatenate(new_depths),
        subtree_end=subtree_end[:n_nodes],
        edge_parents=edges // 2**32,
        edge_targets=edges % 2**32,
        edge_weights=np.bincount(term_edges, weights=term_weights, minlength=len(edges)).astype(np.float32),
        n_rows=len(rows),
        term_rows=np.repeat(np.asarray(order, np.int64), [len(part) for part in weights]),
        term_edges=term_edges,
        term_weights=term_weights,
    )


def cut_into_micro_batches(
    samples: Sequence[Sample], max_nodes: int, *, share_prefixes: bool = True
) -> list[list[Sample]]:
    """Cut one step's samples, sorted so that the most is shared, where a forest would pass `max_nodes` nodes.

    A sample that is longer alone goes alone.
    """
    batches: list[list[Sample]] = []
    n_nodes = 0
    previous = np.zeros(0, np.int32)
    for sample in sorted(samples, key=lambda sample: _sort_key(_computed_ids(sample.rows[0]))):
        n_new, previous = _n_new_nodes(sample, previous, share_prefixes)
        if batches and n_nodes + n_new <= max_nodes:
            batches[-1].append(sample)
            n_nodes += n_new
        else:
            batches.append([sample])
            n_nodes, previous = _n_new_nodes(sample, np.zeros(0, np.int32), share_prefixes)
    return batches


def count_nodes(rows: Sequence[TokenizedRow]) -> int:
    """Give the nodes that the forest of `rows` has, without building it. Each row needs a token of loss."""
    return count_nodes_of_paths(map(computed_path, rows))


def computed_path(row: TokenizedRow) -> bytes:
    """Give what `count_nodes_of_paths` needs to know of a row."""
    return _sort_key(_computed_ids(row))


def count_nodes_of_paths(paths: Iterable[bytes]) -> int:
    """Give what `count_nodes` gives, for rows that are counted more than once in different company."""
    # Bytes in another order than this machine's are different all the same where ids are.
    in_order = [np.frombuffer(path, np.int32) for path in sorted(paths)]
    n_shared = sum(common_prefix(left, right) for left, right in pairwise(in_order))
    return sum(map(len, in_order)) - n_shared


def _n_new_nodes(sample: Sample, previous: NDArray[np.int32], share_prefixes: bool) -> tuple[int, NDArray[np.int32]]:
    """Give the nodes that a sample adds after a row of the ids `previous`, and the ids of its last row."""
    n_new = 0
    for row in sample.rows:
        ids = _computed_ids(row)
        n_new += len(ids) - (common_prefix(previous, ids) if share_prefixes else 0)
        previous = ids
    return n_new, previous


def _computed_ids(row: TokenizedRow) -> NDArray[np.int32]:
    """Give the tokens that some loss depends on: the last one trained is only ever a target."""
    return row.token_ids[: row.loss_weights.nonzero()[0][-1]]


def _sort_key(ids: NDArray[np.int32]) -> bytes:
    # Big-endian bytes compare as the numbers do, and far faster than tuples.
    return ids.astype(">u4").tobytes()


def common_prefix(left: NDArray[np.int32], right: NDArray[np.int32]) -> int:
    """Give the number of token ids with which both begin."""
    length = min(len(left), len(right))
    if not length:
        return 0
    differs = left[:length] != right[:length]
    first = int(differs.argmax())
    return first if differs[first] else length
