"""Rows of random tokens that share prefixes, for models that need no tokenizer."""

from __future__ import annotations

import numpy as np

from tuneport.tokens import Sample, TokenizedRow

VOCABULARY = 97


def shared_prefix_samples(n_rows: int, *, shared: int = 20, own: int = 12) -> list[Sample]:
    """Give rows that begin with the same `shared` tokens; of each one's `own`, the last two thirds carry loss."""
    draw = np.random.default_rng(5)
    prefix = draw.integers(3, VOCABULARY, shared)
    return [Sample((_row(line, prefix, draw.integers(3, VOCABULARY, own)),)) for line in range(1, n_rows + 1)]


def _row(line: int, prefix: np.ndarray, own: np.ndarray) -> TokenizedRow:
    ids = np.concatenate([prefix, own]).astype(np.int32)
    weights = np.zeros(len(ids), np.float32)
    weights[-2 * len(own) // 3 :] = 1.0
    return TokenizedRow(line, ids, weights, is_cut=False)
