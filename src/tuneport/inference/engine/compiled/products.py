"""Products of rows with packed matrices, and with the adapter of each row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuneport.inference.engine.compiled.jit import compiled, compiled_on_all_cores, cores
from tuneport.inference.engine.compiled.tile_product import narrow_product, tile_product
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS, Tiles

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

MOST_ROWS = 12
"""Rows of one tile product: their 24 sums, a weight's two vectors and an input fit into AVX-512's 32 registers."""
LOW_OUTPUTS = 16
"""Outputs of an adapter's first matrix that are computed together."""
CHUNKS_TOGETHER = 8
"""Tiles of an adapter's second matrix that one core takes at a time."""


class SiteAdapters(NamedTuple):
    """All loaded adapters of one matrix, layer by layer.

    The matrix may be several of the model's (query, key and value), which have a part of the rank and of the outputs
    each. S: adapters; R: rank; K: inputs.
    """

    down_LSTK: Floats
    """`[layers, adapters, tiles, inputs · 16]`: tiles of 16 of the parts' ranks, one part behind the other."""
    up_LSTR: Floats
    """`[layers, adapters, tiles, rank · 32]`: tiles of 32 outputs, scaled."""
    part_of_tile: Integers
    """Of each tile of outputs, which part it is."""


@compiled
def filled(n_rows: int) -> int:
    """Give to how many rows some are filled up, so that products of 12, 8, 4 and 1 rows cover them."""
    rest = n_rows % MOST_ROWS
    return n_rows - rest + filled_at_once(rest)


@compiled
def filled_at_once(n_rows: int) -> int:
    """Do what `filled` does with one product, which takes up to twelve."""
    return n_rows if n_rows < 2 else 4 if n_rows <= 4 else 8 if n_rows <= 8 else MOST_ROWS


@compiled
def rows_from(row: int, n_rows: int) -> int:
    """Give how many rows the product at `row` takes, of `n_rows`."""
    rest = n_rows - row
    return MOST_ROWS if rest >= MOST_ROWS else 8 if rest >= 8 else 4 if rest >= 4 else 1


@compiled_on_all_cores
def multiply(tiles: Tiles, inputs: Floats, scratch: Floats, outputs: Floats, adds: bool) -> None:
    """Write the product of `inputs` `[rows, inputs]` and a packed matrix, or with `adds` add it to what is there."""
    n_rows, n_inputs = inputs.shape
    if n_rows <= MOST_ROWS:
        _turn(inputs, 0, n_rows, scratch)
    else:
        for product in cores((n_rows + MOST_ROWS - 1) // MOST_ROWS):
            row = product * MOST_ROWS
            _turn(inputs, row, rows_from(row, n_rows), scratch[row * n_inputs :])
    for tile in cores(tiles.shape[0]):
        multiply_tile(tiles[tile], n_inputs, scratch, outputs, tile * TILE_OUTPUTS, adds)


@compiled
def _turn(inputs: Floats, first_row: int, n_rows: int, turned: Floats) -> None:
    """Write the rows of one product as it reads them: input by input."""
    for each in range(n_rows):
        row = inputs[first_row + each]
        for index in range(len(row)):
            turned[index * n_rows + each] = row[index]


@compiled
def multiply_tile(tile: Tiles, n_inputs: int, inputs: Floats, outputs: Floats, output: int, adds: bool) -> None:
    """Do what `multiply` does for one tile; the inputs of the rows that a product takes lie together, turned."""
    row = 0
    while row < outputs.shape[0]:
        n_rows = rows_from(row, outputs.shape[0])
        multiply_rows(n_rows, tile, n_inputs, inputs[row * n_inputs :], outputs, row, output, adds)
        row += n_rows


@compiled
def multiply_rows(
    n_rows: int, tile: Tiles, n_inputs: int, inputs: Floats, outputs: Floats, row: int, output: int, adds: bool
) -> None:
    """Take one of the products that there are."""
    if n_rows == MOST_ROWS:
        tile_product(MOST_ROWS, tile, n_inputs, inputs, outputs, row, output, adds)
    elif n_rows == 8:
        tile_product(8, tile, n_inputs, inputs, outputs, row, output, adds)
    elif n_rows == 4:
        tile_product(4, tile, n_inputs, inputs, outputs, row, output, adds)
    else:
        tile_product(1, tile, n_inputs, inputs, outputs, row, output, adds)


@compiled_on_all_cores
def add_adapters(site: SiteAdapters, layer: int, runs: Integers, inputs: Floats, outputs: Floats) -> None:
    """Add to each row what its adapter gives.

    runs: `[runs, 3]`: first row, number of rows (1, 4, 8 or 12), and the adapter of all of them.
    """
    n_low, n_tiles = LOW_OUTPUTS * site.down_LSTK.shape[2], len(site.part_of_tile)
    n_shares = (n_tiles + CHUNKS_TOGETHER - 1) // CHUNKS_TOGETHER
    low_rank = np.empty((len(inputs), n_low), np.float32)
    for task in cores(len(runs)):
        _go_down(site.down_LSTK[layer], runs[task], inputs, low_rank)
    for task in cores(len(runs) * n_shares):
        first = task % n_shares * CHUNKS_TOGETHER
        _go_up(site.up_LSTR[layer], site.part_of_tile, runs[task // n_shares], first, low_rank, outputs)


@compiled
def _go_down(down_STK: Floats, run: Integers, inputs: Floats, low_rank: Floats) -> None:
    row, n_rows, adapter = run[0], run[1], run[2]
    n_inputs = inputs.shape[1]
    turned = np.empty(n_rows * n_inputs, np.float32)
    _turn(inputs, row, n_rows, turned)
    for tile in range(down_STK.shape[1]):
        _multiply_narrow(n_rows, down_STK[adapter, tile], n_inputs, turned, low_rank, row, tile * LOW_OUTPUTS)


@compiled
def _multiply_narrow(
    n_rows: int, tile: Floats, n_inputs: int, inputs: Floats, outputs: Floats, row: int, output: int
) -> None:
    if n_rows == MOST_ROWS:
        narrow_product(MOST_ROWS, tile, n_inputs, inputs, outputs, row, output, False)
    elif n_rows == 8:
        narrow_product(8, tile, n_inputs, inputs, outputs, row, output, False)
    elif n_rows == 4:
        narrow_product(4, tile, n_inputs, inputs, outputs, row, output, False)
    else:
        narrow_product(1, tile, n_inputs, inputs, outputs, row, output, False)


@compiled
def _go_up(
    up_STR: Floats, part_of_tile: Integers, run: Integers, first: int, low_rank: Floats, outputs: Floats
) -> None:
    """Add the outputs of a few tiles from `first`."""
    row, n_rows, adapter = run[0], run[1], run[2]
    rank, n_low = up_STR.shape[2] // TILE_OUTPUTS, low_rank.shape[1]
    turned = np.empty(n_rows * n_low, np.float32)
    _turn(low_rank, row, n_rows, turned)
    for tile in range(first, min(first + CHUNKS_TOGETHER, len(part_of_tile))):
        here = turned[part_of_tile[tile] * rank * n_rows :]
        multiply_rows(n_rows, up_STR[adapter, tile], rank, here, outputs, row, tile * TILE_OUTPUTS, True)
