"""Packed weights give back the same numbers, and products with them those of double precision."""

import numpy as np
import pytest
import torch

from tuneport.inference.engine.compiled.products import filled, multiply
from tuneport.inference.engine.compiled.weight_packing import BF16, EIGHT_BITS, FOUR_BITS, FP32, pack_matrices

N_OUTPUTS, N_INPUTS = 70, 96


def four_bits(generator):
    scale, least = (torch.rand(N_OUTPUTS, 3, 1, generator=generator).half().float() for _ in range(2))
    levels = torch.randint(0, 16, (N_OUTPUTS, 3, 32), generator=generator).float()
    levels[..., 0], levels[..., 1] = 0, 15
    # A group whose weights are all the same.
    levels[3, 1], scale[3, 1] = 0, 0
    return (levels * scale - least).flatten(1)


def eight_bits(generator):
    scale = torch.rand(N_OUTPUTS, 3, 1, generator=generator).half().float()
    levels = torch.randint(-127, 128, (N_OUTPUTS, 3, 32), generator=generator).float()
    levels[..., 0] = 127
    return (levels * scale).flatten(1)


def bf16(generator):
    return torch.randn(N_OUTPUTS, N_INPUTS, generator=generator).bfloat16().float()


def fp32(generator):
    return torch.randn(N_OUTPUTS, N_INPUTS, generator=generator)


KINDS = {four_bits: FOUR_BITS, eight_bits: EIGHT_BITS, bf16: BF16, fp32: FP32}


def product(tiles, inputs):
    rows = np.zeros((filled(len(inputs)), N_INPUTS), np.float32)
    rows[: len(inputs)] = inputs.numpy()
    outputs = np.full((len(rows), tiles.shape[0] * 32), np.nan, np.float32)
    multiply(tiles, rows, np.empty(rows.size, np.float32), outputs, False)
    return torch.from_numpy(outputs)[: len(inputs), :N_OUTPUTS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_matrix_is_packed_as_what_it_was_published_in(kind):
    packed = pack_matrices([kind(torch.Generator().manual_seed(seed)) for seed in range(2)])

    assert packed.dtype == KINDS[kind]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_packed_weights_are_the_same_numbers(kind):
    matrix = kind(torch.Generator().manual_seed(1))

    # One input at a time: the outputs are weights.
    unpacked = product(pack_matrices([matrix])[0], torch.eye(N_INPUTS)).T

    assert torch.equal(unpacked, matrix)


def test_one_matrix_of_another_kind_decides_how_all_are_packed():
    generator = torch.Generator().manual_seed(1)

    assert pack_matrices([four_bits(generator), bf16(generator), fp32(generator)]).dtype == FP32


@pytest.mark.parametrize("n_rows", [1, 2, 4, 5, 9, 12, 13, 30])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_products_are_those_of_double_precision_for_any_number_of_rows(kind, n_rows):
    generator = torch.Generator().manual_seed(n_rows)
    matrix, inputs = kind(generator), torch.randn(n_rows, N_INPUTS, generator=generator)

    outputs = product(pack_matrices([matrix])[0], inputs)

    expected = inputs.double() @ matrix.double().T
    torch.testing.assert_close(outputs.double(), expected, rtol=0, atol=1e-5 * float(expected.abs().max()))
