"""Texts → MinHash sketches, which are alike in as many places as the texts share of what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

N_HASHES = 128
N_BANDS = 32
_SEED = 1
_SHINGLE_BYTES = 8
MAX_TEXT_BYTES = 100_000
_MIXING = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93))

Sketches = NDArray[np.uint16]
"""`[n, 128]`: 16 bits of each least hash are enough to compare by, and are half of the memory."""
Shingles = NDArray[np.uint64]

NO_SHINGLES: Shingles = np.empty(0, np.uint64)


def sketch_texts(texts: Sequence[str], boilerplate: Shingles = NO_SHINGLES) -> Sketches:
    """Give a sketch for each text. `boilerplate`: sorted shingles that tell no row from another, left out."""
    from rensa import RMinHash

    if not texts:
        return np.empty((0, N_HASHES), np.uint16)
    shingles, counts = shingles_of(texts)
    if len(boilerplate):
        shingles, counts = _without(shingles, counts, boilerplate)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(shingles, offsets, N_HASHES, _SEED)
    hashes = np.array(matrix.to_rows(), np.uint32)
    # Of a long text the least hashes are small, so the lower half is what tells them apart.
    return (hashes ^ (hashes >> np.uint32(16))).astype(np.uint16)


def shingles_of(texts: Sequence[str]) -> tuple[Shingles, NDArray[np.int64]]:
    """Give the shingles of all texts, one text after the other, and how many each has, at least one."""
    windows = [_windows(text) for text in texts]
    shingles = np.concatenate(windows)
    # Bytes of text fill few of the 64 bits; MinHash wants all of them to matter.
    for factor in _MIXING:
        shingles *= factor
        shingles ^= shingles >> np.uint64(32)
    return shingles, np.array([len(part) for part in windows], np.int64)


def similarity(left: Sketches, right: Sketches) -> NDArray[np.float64]:
    """Give, pair by pair, the estimated share of what two texts say that both say; its standard error is 0.04."""
    return np.asarray((left == right).mean(axis=-1))


def bands_of(sketches: Sketches) -> Shingles:
    """Give `[n, 32]` numbers: texts that have one in common, in the same column, are worth comparing."""
    return np.ascontiguousarray(sketches).view(np.uint64)


def _windows(text: str) -> Shingles:
    """Give every run of 8 bytes as a number."""
    content = text.encode("utf-8", "replace")[:MAX_TEXT_BYTES].ljust(_SHINGLE_BYTES)
    n_windows = len(content) - _SHINGLE_BYTES + 1
    return np.ndarray((n_windows,), np.dtype("<u8"), content, strides=(1,))


def _without(
    shingles: Shingles, counts: NDArray[np.int64], boilerplate: Shingles
) -> tuple[Shingles, NDArray[np.int64]]:
    """Leave out the boilerplate, except from texts that have nothing else."""
    nearest = np.minimum(np.searchsorted(boilerplate, shingles), len(boilerplate) - 1)
    is_own = boilerplate[nearest] != shingles
    starts = np.cumsum(counts) - counts
    n_own = np.add.reduceat(is_own.astype(np.int64), starts)
    is_kept = is_own | np.repeat(n_own == 0, counts)
    return shingles[is_kept], np.where(n_own == 0, counts, n_own)
