"""Texts → vectors whose products say how much the texts share of what is rare: runs of characters, tf-idf, hashed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

N_CHARACTERS = 4
"""Of a run: parts of words in most scripts, and whole words in those that write without spaces."""
N_DIMENSIONS = 2**14
"""So many that two texts with nothing in common have a product of 0 to within 0.01."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Vectors = NDArray[np.float32]
"""`[n, 16384]`, each of length 1, or 0 for a text with nothing that tells it from the others."""


def vectorize(*groups: Sequence[str]) -> list[Vectors]:
    """Give the vectors of each group's texts. What many texts of all groups say counts little."""
    runs = [[_runs(text) for text in texts] for texts in groups]
    everything = [distinct for texts in runs for distinct, _ in texts]
    if not everything:
        return [np.zeros((0, N_DIMENSIONS), np.float32) for _ in groups]
    known, n_texts = np.unique(np.concatenate(everything), return_counts=True)
    # With one text more than there are: a run of every text still says a little.
    rareness = np.log((1 + len(everything)) / n_texts)
    return [_vectors(texts, known, rareness) for texts in runs]


def _runs(text: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Give the distinct runs of characters, as hashes, and how often each is there."""
    shown = f" {text} ".ljust(N_CHARACTERS)
    characters = np.frombuffer(shown.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    n_runs = len(characters) - N_CHARACTERS + 1
    hashes = np.zeros(n_runs, np.uint64)
    for place in range(N_CHARACTERS):
        hashes = (hashes + characters[place : place + n_runs]) * _FACTOR
        hashes ^= hashes >> np.uint64(32)
    distinct, counts = np.unique(hashes, return_counts=True)
    return distinct, counts


def _vectors(
    texts: list[tuple[NDArray[np.uint64], NDArray[np.int64]]],
    known: NDArray[np.uint64],
    rareness: NDArray[np.float64],
) -> Vectors:
    vectors = np.zeros((len(texts), N_DIMENSIONS), np.float32)
    for vector, (distinct, counts) in zip(vectors, texts, strict=True):
        weights = (1 + np.log(counts)) * rareness[np.searchsorted(known, distinct)]
        # Half of the runs count down, so that those which fall on one place cancel out on the whole.
        signs = np.where(distinct >> np.uint64(63), -1.0, 1.0)
        places = (distinct % np.uint64(N_DIMENSIONS)).astype(np.int64)
        vector[:] = np.bincount(places, weights * signs, N_DIMENSIONS)
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
    return vectors
