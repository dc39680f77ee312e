"""Products of rows with packed matrices, and with the adapter of each row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuneport.inference.engine.compiled.jit import compiled, compiled_on_all_cores, cores
from tuneport.inference.engine.compiled.tile_product import tile_product
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS, Tiles

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

MOST_ROWS = 12
"""Rows of one tile product: their 24 sums, a weight's two vectors and an input fit into AVX-512's 32 registers."""
ADAPTER_OUTPUTS = 32
"""Outputs of an adapter that are computed together; where a matrix has several parts, each is a multiple of it."""


class SiteAdapters(NamedTuple):
    """All loaded adapters of one matrix, layer by layer.

    The matrix may be several of the model's (query, key and value), which have a part of the rank and of the outputs
    each.
    """

    down_LSRK: Floats
    """`[layers, adapters, parts · rank, inputs]`"""
    up_LSRN: Floats
    """`[layers, adapters, rank, outputs]`, scaled."""
    part_of_outputs: Integers
    """Of each `ADAPTER_OUTPUTS` outputs, which part they are."""


@compiled
def filled(n_rows: int) -> int:
    """Give to how many rows some are filled up, so that products of 12, 4 and 1 rows cover them."""
    rest = n_rows % MOST_ROWS
    return n_rows - rest + (rest if rest < 2 else 4 if rest <= 4 else 8 if rest <= 8 else MOST_ROWS)


@compiled
def filled_at_once(n_rows: int) -> int:
    """Do what `filled` does with one product."""
    return n_rows if n_rows < 2 else 4 if n_rows <= 4 else MOST_ROWS


@compiled
def rows_from(row: int, n_rows: int) -> int:
    """Give how many rows the product at `row` takes, where there are as many as `filled` says."""
    rest = n_rows - row
    return MOST_ROWS if rest >= MOST_ROWS else 4 if rest >= 4 else 1


@compiled_on_all_cores
def multiply(tiles: Tiles, inputs: Floats, scratch: Floats, outputs: Floats, adds: bool) -> None:
    """Write the product of `inputs` `[rows, inputs]` and a packed matrix, or with `adds` add it to what is there."""
    _turn(inputs, scratch)
    for tile in cores(tiles.shape[0]):
        multiply_tile(tiles[tile], inputs.shape[1], scratch, outputs, tile * TILE_OUTPUTS, adds)


@compiled
def _turn(inputs: Floats, scratch: Floats) -> None:
    """Write rows as the tile products read them: input by input, the rows of one product together."""
    n_rows, n_inputs = inputs.shape
    row = 0
    while row < n_rows:
        size = rows_from(row, n_rows)
        for index in range(n_inputs):
            for each in range(size):
                scratch[row * n_inputs + index * size + each] = inputs[row + each, index]
        row += size


@compiled
def multiply_tile(tile: Tiles, n_inputs: int, inputs: Floats, outputs: Floats, output: int, adds: bool) -> None:
    """Do what `multiply` does for one tile; the inputs of the rows that a product takes lie together, turned."""
    row = 0
    while row < outputs.shape[0]:
        size = rows_from(row, outputs.shape[0])
        here = inputs[row * n_inputs :]
        if size == MOST_ROWS:
            tile_product(MOST_ROWS, tile, n_inputs, here, outputs, row, output, adds)
        elif size == 4:
            tile_product(4, tile, n_inputs, here, outputs, row, output, adds)
        else:
            tile_product(1, tile, n_inputs, here, outputs, row, output, adds)
        row += size


@compiled_on_all_cores
def add_adapters(site: SiteAdapters, layer: int, adapter_of_row: Integers, inputs: Floats, outputs: Floats) -> None:
    """Add to each row what its adapter gives; -1 is none."""
    n_rows, n_low, n_chunks = len(adapter_of_row), site.down_LSRK.shape[2], len(site.part_of_outputs)
    low_rank = np.empty((n_rows, n_low), np.float32)
    for task in cores(n_rows * n_low):
        _go_down(task, site.down_LSRK[layer], adapter_of_row, inputs, low_rank)
    for task in cores(n_rows * n_chunks):
        _go_up(task, site.up_LSRN[layer], site.part_of_outputs, adapter_of_row, low_rank, outputs)


@compiled
def _go_down(task: int, down_SRK: Floats, adapter_of_row: Integers, inputs: Floats, low_rank: Floats) -> None:
    row, index = task // low_rank.shape[1], task % low_rank.shape[1]
    adapter = adapter_of_row[row]
    if adapter >= 0:
        total = np.float32(0)
        for each in range(inputs.shape[1]):
            total += inputs[row, each] * down_SRK[adapter, index, each]
        low_rank[row, index] = total


@compiled
def _go_up(
    task: int, up_SRN: Floats, part_of_outputs: Integers, adapter_of_row: Integers, low_rank: Floats, outputs: Floats
) -> None:
    row, chunk = task // len(part_of_outputs), task % len(part_of_outputs)
    adapter, rank, first = adapter_of_row[row], up_SRN.shape[1], chunk * ADAPTER_OUTPUTS
    if adapter >= 0:
        for index in range(rank):
            weight = low_rank[row, part_of_outputs[chunk] * rank + index]
            for each in range(first, first + ADAPTER_OUTPUTS):
                outputs[row, each] += weight * up_SRN[adapter, index, each]
