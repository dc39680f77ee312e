"""Attention of new tokens over the blocks that hold the keys and values of their texts.

A block holds 32 positions of every layer and head. Keys lie as `[D, 32 positions]` and values as `[D / 32, 32
positions, 32]`, so that both are what a tile product takes for weights; D is filled up to a multiple of 32 with zeros.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuneport.inference.engine.compiled.elementwise import exp_of_negative, rotate
from tuneport.inference.engine.compiled.jit import compiled, compiled_on_all_cores, cores
from tuneport.inference.engine.compiled.products import filled_at_once, multiply_tile
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

BLOCK_POSITIONS = TILE_OUTPUTS
FEW_ROWS = 8
"""So many are written by one core before another one has woken up."""
FEW_POSITIONS = 128
"""The same of the positions that the only query looks at."""


class Rows(NamedTuple):
    """The tokens that are computed together. Those of one text follow each other, in order."""

    positions: Integers
    text_of_row: Integers
    blocks: Integers
    """`[texts, blocks]`: where each text's positions lie."""
    tasks: Integers
    """`[tasks, 2]`: first row and number of rows that attend together, all of one text."""
    adapter_runs: Integers
    """`[runs, 3]`: first row and number of rows that go through one adapter together, and the adapter."""
    wanted: Integers
    """Rows whose logits are asked for."""


@compiled
def remember(qkv: Floats, rows: Rows, cosines: Floats, sines: Floats, keys: Floats, values: Floats) -> None:
    """Rotate queries and keys to their positions, and write keys and values to their blocks.

    keys: `[blocks, heads, D, 32]`. values: `[blocks, heads, D / 32, 32, 32]`.
    """
    for row in range(len(rows.positions)):
        if rows.positions[row] % BLOCK_POSITIONS == 0:
            # What an earlier text left behind is not seen, but a NaN in it would be.
            clear(values, rows.blocks[rows.text_of_row[row], rows.positions[row] // BLOCK_POSITIONS])
    if len(rows.positions) > FEW_ROWS:
        _remember_many(qkv, rows, cosines, sines, keys, values)
        return
    for row in range(len(rows.positions)):
        _remember_row(row, qkv[row], rows, cosines, sines, keys, values)


@compiled_on_all_cores
def _remember_many(qkv: Floats, rows: Rows, cosines: Floats, sines: Floats, keys: Floats, values: Floats) -> None:
    for row in cores(len(rows.positions)):
        _remember_row(row, qkv[row], rows, cosines, sines, keys, values)


@compiled
def _remember_row(
    row: int, qkv: Floats, rows: Rows, cosines: Floats, sines: Floats, keys: Floats, values: Floats
) -> None:
    position = rows.positions[row]
    block = rows.blocks[rows.text_of_row[row], position // BLOCK_POSITIONS]
    place = position % BLOCK_POSITIONS
    _remember(qkv, cosines[position], sines[position], keys[block, :, :, place], values[block, :, :, place])


@compiled
def _remember(qkv: Floats, cosines: Floats, sines: Floats, keys: Floats, values: Floats) -> None:
    """keys: `[heads, D]`. values: `[heads, D / 32, 32]`."""
    n_heads, size = keys.shape[0], 2 * len(cosines)
    n_queries = len(qkv) // size - 2 * n_heads
    for head in range(n_queries + n_heads):
        rotate(qkv[head * size : (head + 1) * size], cosines, sines)
    for head in range(n_heads):
        key, value = (n_queries + head) * size, (n_queries + n_heads + head) * size
        for index in range(size):
            keys[head, index] = qkv[key + index]
            values[head, index // TILE_OUTPUTS, index % TILE_OUTPUTS] = qkv[value + index]


@compiled
def attend(qkv: Floats, rows: Rows, size: int, scale: float, keys: Floats, values: Floats, outputs: Floats) -> None:
    """Write what each query, of heads of `size`, sees of its text, up to its own position."""
    if len(rows.tasks) > 1 or rows.positions[-1] >= FEW_POSITIONS:
        _attend_many(qkv, rows, size, scale, keys, values, outputs)
        return
    for task in range(keys.shape[1]):
        _attend_together(task, qkv, rows, size, np.float32(scale), keys, values, outputs)


@compiled_on_all_cores
def _attend_many(
    qkv: Floats, rows: Rows, size: int, scale: float, keys: Floats, values: Floats, outputs: Floats
) -> None:
    for task in cores(len(rows.tasks) * keys.shape[1]):
        _attend_together(task, qkv, rows, size, np.float32(scale), keys, values, outputs)


@compiled
def _attend_together(
    task: int,
    qkv: Floats,
    rows: Rows,
    size: int,
    scale: np.float32,
    keys: Floats,
    values: Floats,
    outputs: Floats,
) -> None:
    """Attend with all queries of a few rows that share one head of keys: at most twelve."""
    n_heads, wide = keys.shape[1], keys.shape[2]
    first_row, n_rows, head = rows.tasks[task // n_heads, 0], rows.tasks[task // n_heads, 1], task % n_heads
    blocks = rows.blocks[rows.text_of_row[first_row]]
    together = outputs.shape[1] // size // n_heads
    n_queries, first_feature = n_rows * together, head * together * size
    n_filled = filled_at_once(n_queries)
    n_blocks = rows.positions[first_row + n_rows - 1] // BLOCK_POSITIONS + 1
    turned = np.zeros(wide * n_filled, np.float32)
    for query in range(n_queries):
        first = first_feature + query % together * size
        for index in range(size):
            turned[index * n_filled + query] = scale * qkv[first_row + query // together, first + index]
    scores = np.empty((n_filled, n_blocks * BLOCK_POSITIONS), np.float32)
    for block in range(n_blocks):
        multiply_tile(keys[blocks[block], head], wide, turned, scores, block * BLOCK_POSITIONS, False)
    shares = np.zeros(n_blocks * BLOCK_POSITIONS * n_filled, np.float32)
    for query in range(n_queries):
        n_seen = rows.positions[first_row + query // together] + 1
        _write_shares(scores, query, n_seen, shares)
    result = np.zeros((n_filled, wide), np.float32)
    for block in range(n_blocks):
        here = shares[block * BLOCK_POSITIONS * n_filled :]
        for part in range(values.shape[2]):
            tile = values[blocks[block], head, part]
            multiply_tile(tile, BLOCK_POSITIONS, here, result, part * TILE_OUTPUTS, True)
    for query in range(n_queries):
        first = first_feature + query % together * size
        for index in range(size):
            outputs[first_row + query // together, first + index] = result[query, index]


@compiled
def _write_shares(scores: Floats, query: int, n_seen: int, shares: Floats) -> None:
    """Write the softmax of a query's scores, as tile products read it."""
    n_filled = scores.shape[0]
    largest = scores[query, 0]
    for position in range(n_seen):
        largest = max(largest, scores[query, position])
    total = np.float32(0)
    for position in range(n_seen):
        share = exp_of_negative(scores[query, position] - largest)
        scores[query, position] = share
        total += share
    for position in range(n_seen):
        shares[position * n_filled + query] = scores[query, position] / total


@compiled
def clear(values: Floats, block: int) -> None:
    for head in range(values.shape[1]):
        for part in range(values.shape[2]):
            for place in range(BLOCK_POSITIONS):
                for index in range(TILE_OUTPUTS):
                    values[block, head, part, place, index] = 0
