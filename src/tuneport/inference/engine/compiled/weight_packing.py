"""Weight matrices in as few bytes as give back exactly the same numbers.

A model that was published in four bits, or in bf16, is one whatever the file has it in now; each way of packing is
tried by packing, unpacking and comparing, so that nothing is ever rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

TILE_OUTPUTS = 32
"""Outputs of a matrix that are computed together, two vectors of sixteen numbers."""
GROUP_INPUTS = 32
"""Inputs that share a scale."""

FOUR_BITS, EIGHT_BITS, BF16, FP32 = (np.dtype(name) for name in ("uint8", "int8", "uint16", "float32"))
"""How weights can be packed, told by the type that the bytes are given as."""

Tiles = NDArray[Any]
"""`[tiles, …]`"""


def can_be_packed(matrix: Tensor) -> bool:
    return matrix.ndim == 2 and matrix.shape[1] % GROUP_INPUTS == 0


def pack_matrices(matrices: Sequence[Tensor]) -> Tiles:
    """Give matrices `[outputs, inputs]`, packed alike: `[matrices, tiles, …]`."""
    for weight_format, pack in ((FOUR_BITS, _four_bits), (EIGHT_BITS, _eight_bits), (BF16, _bf16)):
        packed = _pack_all(matrices, pack)
        if packed is not None:
            return packed.view(weight_format)
    return np.stack([_tiles([(_by_input(matrix.float()), torch.float32)]) for matrix in matrices]).view(FP32)


def _pack_all(matrices: Sequence[Tensor], pack: Callable[[Tensor], Tiles | None]) -> Tiles | None:
    packed: Tiles | None = None
    for index, matrix in enumerate(matrices):
        tiles = pack(matrix.float())
        if tiles is None:
            return None
        if packed is None:
            packed = np.empty((len(matrices), *tiles.shape), np.uint8)
        packed[index] = tiles
    return packed


def _four_bits(matrix: Tensor) -> Tiles | None:
    """Each group of weights is one of sixteen evenly spaced numbers, their distance and the least one in fp16."""
    groups = matrix.reshape(len(matrix), -1, GROUP_INPUTS)
    least = groups.amin(2, keepdim=True)
    step = ((groups.amax(2, keepdim=True) - least) / 15).half().float()
    if not torch.equal(least.half().float(), least):
        return None
    levels = _levels(groups - least, step).clamp_(0, 15)
    if not torch.equal(levels * step + least, groups):
        return None
    ids = _by_input(levels.flatten(1)).to(torch.uint8)
    halves = ids[..., : TILE_OUTPUTS // 2] | ids[..., TILE_OUTPUTS // 2 :] << 4
    return _tiles([(_by_group(step), torch.float16), (_by_group(least), torch.float16), (halves, torch.uint8)])


def _eight_bits(matrix: Tensor) -> Tiles | None:
    """Each weight of a group is a whole number from -127 to 127 times a scale in fp16."""
    groups = matrix.reshape(len(matrix), -1, GROUP_INPUTS)
    scale = (groups.abs().amax(2, keepdim=True) / 127).half().float()
    levels = _levels(groups, scale).clamp_(-127, 127)
    if not torch.equal(levels * scale, groups):
        return None
    return _tiles([(_by_group(scale), torch.float16), (_by_input(levels.flatten(1)), torch.int8)])


def _bf16(matrix: Tensor) -> Tiles | None:
    if not torch.equal(matrix.bfloat16().float(), matrix):
        return None
    return _tiles([(_by_input(matrix), torch.bfloat16)])


def _levels(groups: Tensor, step: Tensor) -> Tensor:
    return (groups / torch.where(step == 0, 1, step)).round_()


def _by_input(matrix: Tensor) -> Tensor:
    """Give `[tiles, groups, inputs of a group, outputs of a tile]`; outputs that the last tile lacks are zero."""
    missing = -matrix.shape[0] % TILE_OUTPUTS
    tiles = pad(matrix, (0, 0, 0, missing)).reshape(-1, TILE_OUTPUTS, matrix.shape[1] // GROUP_INPUTS, GROUP_INPUTS)
    return tiles.permute(0, 2, 3, 1)


def _by_group(scales: Tensor) -> Tensor:
    """Give `[tiles, groups, 1, outputs of a tile]` of `[outputs, groups, 1]`."""
    missing = -scales.shape[0] % TILE_OUTPUTS
    tiles = pad(scales, (0, 0, 0, 0, 0, missing)).reshape(-1, TILE_OUTPUTS, scales.shape[1], 1)
    return tiles.permute(0, 2, 3, 1)


def _tiles(parts: Sequence[tuple[Tensor, torch.dtype]]) -> Tiles:
    """Lay the parts of each group one behind the other: `[tiles, bytes]`."""
    as_bytes = [part.to(dtype).contiguous().flatten(2).view(torch.uint8) for part, dtype in parts]
    tiles: Any = torch.cat(as_bytes, dim=2).flatten(1).numpy()
    return tiles  # type: ignore[no-any-return]
