"""The product that everything is made of: up to twelve rows of inputs with a tile of packed weights.

Written as vector instructions, since no compiler finds them in a loop: each weight is unpacked to the fp32 number that
it was packed from, in registers, and used for every row before the next is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from llvmlite import ir
from numba.core import cgutils as untyped_cgutils
from numba.core import types

from tuneport.inference.engine.compiled.jit import written_in_llvm
from tuneport.inference.engine.compiled.weight_packing import BF16, EIGHT_BITS, FOUR_BITS, FP32, GROUP_INPUTS

cgutils: Any = untyped_cgutils

LANES = 16
CACHE_LINE = 64
BYTES_AHEAD = 1024
"""How far before its use an adapter's weight, or a key, is fetched from memory."""
RANK_STEP = 8
"""Products with fp32 weights take a multiple of so many inputs: an adapter's rank is one."""

_BYTE, _SHORT, _INT = ir.IntType(8), ir.IntType(16), ir.IntType(32)
_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INTS = ir.VectorType(_INT, LANES)
_CONTRACT = ("contract",)

Halves = tuple[Any, ...]
"""The tile's outputs as vectors: 32 as two, 16 as one."""


@written_in_llvm
def tile_product(
    _: Any, n_rows: Any, tile: Any, n_inputs: Any, inputs: Any, outputs: Any, row: Any, output: Any, adds: Any
) -> Any:
    """Set, or with `adds` raise, `outputs[row : row + n_rows, output : output + 32]` by the product.

    n_rows: a constant. inputs: `[n_inputs, n_rows]` as one row of numbers.
    """
    return types.void(n_rows, tile, n_inputs, inputs, outputs, row, output, adds), _write_product


@written_in_llvm
def narrow_product(
    _: Any, n_rows: Any, tile: Any, n_inputs: Any, inputs: Any, outputs: Any, row: Any, output: Any, adds: Any
) -> Any:
    """Do what `tile_product` does for a tile of 16 outputs in fp32, `[n_inputs, 16]`."""
    arguments = (n_rows, tile, n_inputs, inputs, outputs, row, output, adds)
    return types.void(*arguments), partial(_write_product, narrow=True)


def _write_product(context: Any, builder: Any, signature: Any, arguments: Any, *, narrow: bool = False) -> Any:
    n_rows = signature.args[0].literal_value
    layout, n_halves = (_NARROW_FP32, 1) if narrow else (_LAYOUTS[str(signature.args[1].dtype)], 2)
    tile, inputs, outputs = (
        context.make_array(signature.args[index])(context, builder, arguments[index]) for index in (1, 3, 4)
    )
    n_inputs, row, output, adds = (arguments[index] for index in (2, 5, 6, 7))
    output_stride = cgutils.unpack_tuple(builder, outputs.shape, 2)[1]
    first_output = builder.gep(outputs.data, [builder.add(builder.mul(row, output_stride), output)])
    row_places = [builder.gep(first_output, [builder.mul(output_stride, _index(each))]) for each in range(n_rows)]
    places = [[_vector_at(builder, place, LANES * half) for half in range(n_halves)] for place in row_places]
    first_byte = builder.bitcast(tile.data, _BYTE.as_pointer())
    sums = [[_start_of_sum(builder, place, adds) for place in halves] for halves in places]

    with cgutils.for_range(builder, builder.udiv(n_inputs, _index(layout.group_inputs))) as groups:
        group_bytes = layout.scale_bytes + layout.group_inputs * layout.bytes_per_input
        group = builder.gep(first_byte, [builder.mul(groups.index, _index(group_bytes))])
        unpack = layout.unpacker(builder, group)
        weights_of_group = builder.gep(group, [_index(layout.scale_bytes)])
        inputs_of_group = builder.gep(inputs.data, [builder.mul(groups.index, _index(layout.group_inputs * n_rows))])
        # One input at a time: two would need more than AVX-512's registers.
        with cgutils.for_range(builder, _index(layout.group_inputs)) as steps:
            place = builder.gep(weights_of_group, [builder.mul(steps.index, _index(layout.bytes_per_input))])
            values = builder.gep(inputs_of_group, [builder.mul(steps.index, _index(n_rows))])
            _add_products(builder, sums, unpack(place), values)
            if layout.is_fp32:
                _prefetch(builder, place, layout.bytes_per_input)
    for row_places, row_sums in zip(places, sums, strict=True):
        for place, total in zip(row_places, row_sums, strict=True):
            builder.store(builder.load(total), place, align=4)
    return context.get_dummy_value()


def _start_of_sum(builder: Any, place: Any, adds: Any) -> Any:
    """Give a variable for a vector of sums, which the optimizer keeps in a register."""
    variable = cgutils.alloca_once(builder, _FLOATS)
    builder.store(ir.Constant(_FLOATS, [0.0] * LANES), variable)
    with builder.if_then(adds):
        builder.store(builder.load(place, align=4), variable)
    return variable


def _add_products(builder: Any, sums: list[list[Any]], weights: Halves, values: Any) -> None:
    for row, row_sums in enumerate(sums):
        value = _in_every_lane(builder, builder.load(builder.gep(values, [_index(row)])))
        for total, weight in zip(row_sums, weights, strict=True):
            builder.store(_multiply_add(builder, value, weight, builder.load(total)), total)


def _prefetch(builder: Any, place: Any, n_bytes: int) -> None:
    """Have what lies ahead fetched: fp32 numbers are read faster than the processor sees that they will be."""
    kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _INT, _INT, _INT])
    prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    to_read, to_keep, data = (ir.Constant(_INT, number) for number in (0, 3, 1))
    for offset in range(BYTES_AHEAD, BYTES_AHEAD + n_bytes, CACHE_LINE):
        builder.call(prefetch, [builder.gep(place, [_index(offset)]), to_read, to_keep, data])


def _four_bits(builder: Any, group: Any) -> Callable[[Any], Halves]:
    steps = [_load_fp16(builder, group, 32 * half) for half in range(2)]
    least = [_load_fp16(builder, group, 64 + 32 * half) for half in range(2)]

    def unpack(place: Any) -> Halves:
        pairs = builder.zext(_load(builder, place, _BYTE), _INTS)
        low = builder.sitofp(builder.and_(pairs, _constant(15)), _FLOATS)
        high = builder.sitofp(builder.lshr(pairs, _constant(4)), _FLOATS)
        return _multiply_add(builder, low, steps[0], least[0]), _multiply_add(builder, high, steps[1], least[1])

    return unpack


def _eight_bits(builder: Any, group: Any) -> Callable[[Any], Halves]:
    scales = [_load_fp16(builder, group, 32 * half) for half in range(2)]

    def unpack_half(place: Any, half: int) -> Any:
        levels = builder.sext(_load(builder, place, _BYTE, LANES * half), _INTS)
        return builder.fmul(builder.sitofp(levels, _FLOATS), scales[half])

    return lambda place: (unpack_half(place, 0), unpack_half(place, 1))


def _bf16(builder: Any, _: Any) -> Callable[[Any], Halves]:
    def unpack_half(place: Any, half: int) -> Any:
        bits = builder.zext(_load(builder, place, _SHORT, 2 * LANES * half), _INTS)
        return builder.bitcast(builder.shl(bits, _constant(16)), _FLOATS)

    return lambda place: (unpack_half(place, 0), unpack_half(place, 1))


def _fp32(builder: Any, _: Any) -> Callable[[Any], Halves]:
    return lambda place: tuple(_load(builder, place, ir.FloatType(), 4 * LANES * half) for half in range(2))


def _narrow_fp32(builder: Any, _: Any) -> Callable[[Any], Halves]:
    return lambda place: (_load(builder, place, ir.FloatType()),)


class _Layout(NamedTuple):
    """How a group of inputs lies in a tile."""

    group_inputs: int
    scale_bytes: int
    """What stands before its weights."""
    bytes_per_input: int
    """What the weights from one input to all outputs take."""
    unpacker: Callable[[Any, Any], Callable[[Any], Halves]]
    """Gives, for a group, what gives the weights at a place."""
    is_fp32: bool = False


_LAYOUTS = {
    str(FOUR_BITS): _Layout(GROUP_INPUTS, 128, 16, _four_bits),
    str(EIGHT_BITS): _Layout(GROUP_INPUTS, 64, 32, _eight_bits),
    str(BF16): _Layout(GROUP_INPUTS, 0, 64, _bf16),
    str(FP32): _Layout(RANK_STEP, 0, 128, _fp32, is_fp32=True),
}
_NARROW_FP32 = _Layout(RANK_STEP, 0, 64, _narrow_fp32, is_fp32=True)


def _load(builder: Any, place: Any, of: Any, offset: int = 0) -> Any:
    """Give sixteen numbers from `offset` bytes behind `place`, which need not be aligned."""
    address = builder.gep(place, [_index(offset)])
    return builder.load(builder.bitcast(address, ir.VectorType(of, LANES).as_pointer()), align=1)


def _load_fp16(builder: Any, place: Any, offset: int) -> Any:
    return builder.fpext(_load(builder, place, ir.HalfType(), offset), _FLOATS)


def _multiply_add(builder: Any, left: Any, right: Any, addend: Any) -> Any:
    return builder.fadd(builder.fmul(left, right, flags=_CONTRACT), addend, flags=_CONTRACT)


def _in_every_lane(builder: Any, value: Any) -> Any:
    undefined = ir.Constant(_FLOATS, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_INT, 0))
    return builder.shuffle_vector(first, undefined, _constant(0))


def _vector_at(builder: Any, place: Any, offset: int) -> Any:
    return builder.bitcast(builder.gep(place, [_index(offset)]), _FLOATS.as_pointer())


def _constant(number: int) -> Any:
    return ir.Constant(_INTS, [number] * LANES)


def _index(number: int) -> Any:
    return ir.Constant(ir.IntType(64), number)
