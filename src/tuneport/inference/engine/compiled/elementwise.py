"""The parts of a decoding step between its products: norms, rotated positions, the gate."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numpy.typing import NDArray

from tuneport.inference.engine.compiled.jit import compiled, compiled_on_all_cores, cores, written_in_llvm

Floats = NDArray[np.float32]

_ONE = np.float32(1)
_HALF = np.float32(0.5)
_LOWEST = np.float32(-87)
"""The exponential of less is no normal fp32 number."""
_LOG2_E = np.float32(1.4426950408889634)
_LN2_HIGH = np.float32(0.693145751953125)
_LN2_LOW = np.float32(1.42860682030941723212e-6)
_C2, _C3, _C4, _C5, _C6, _C7 = (np.float32(1 / divisor) for divisor in (2, 6, 24, 120, 720, 5040))
_EXPONENT_OF_ONE = np.int32(127)
_MANTISSA_BITS = np.int32(23)
GATE_CHUNK = 256
FEW_GATES = 2**14
"""So many are done by one core before another one has woken up."""


@written_in_llvm
def _float_of_bits(_: Any, bits: Any) -> Any:
    return types.float32(types.int32), lambda context, builder, signature, arguments: builder.bitcast(
        arguments[0], ir.FloatType()
    )


@compiled
def exp_of_negative(x: Any) -> Any:
    """Give e to the power of `x`, which is at most 0, in fp32. Loops of it become vector instructions; numba's own
    exponential is a call for each number.
    """
    x = max(x, _LOWEST)
    power = np.int32(x * _LOG2_E - _HALF)
    rest = (x - np.float32(power) * _LN2_HIGH) - np.float32(power) * _LN2_LOW
    series = _C5 + rest * (_C6 + rest * _C7)
    series = _ONE + rest * (_ONE + rest * (_C2 + rest * (_C3 + rest * (_C4 + rest * series))))
    return series * _float_of_bits((power + _EXPONENT_OF_ONE) << _MANTISSA_BITS)


@compiled
def add_bias(outputs: Floats, bias: Floats) -> None:
    for row in range(outputs.shape[0]):
        for index in range(len(bias)):
            outputs[row, index] += bias[index]


@compiled
def normalize_rows(inputs: Floats, weight: Floats, epsilon: float, outputs: Floats) -> None:
    """Write each row divided by its root mean square, times `weight`."""
    for row in range(inputs.shape[0]):
        normalize(inputs[row], weight, epsilon, outputs[row])


@compiled
def normalize_heads(inputs: Floats, weight: Floats, epsilon: float) -> None:
    """Normalize each head of each row by itself, in place."""
    size = weight.shape[0]
    for row in range(inputs.shape[0]):
        for first in range(0, inputs.shape[1], size):
            head = inputs[row, first : first + size]
            normalize(head, weight, epsilon, head)


@compiled
def normalize(values: Floats, weight: Floats, epsilon: float, outputs: Floats) -> None:
    total = np.float32(0)
    for index in range(len(values)):
        total += values[index] * values[index]
    scale = _ONE / np.sqrt(total / np.float32(len(values)) + np.float32(epsilon))
    for index in range(len(values)):
        outputs[index] = values[index] * scale * weight[index]


@compiled
def rotate(head: Floats, cosines: Floats, sines: Floats) -> None:
    """Turn each pair (i, i + half) of a head by its position's angle, in place."""
    half = cosines.shape[0]
    for index in range(half):
        first, second = head[index], head[index + half]
        head[index] = first * cosines[index] - second * sines[index]
        head[index + half] = second * cosines[index] + first * sines[index]


@compiled
def gate_rows(gate_up: Floats, outputs: Floats) -> None:
    """Write silu(gate) · up, of rows that hold the gate and behind it what goes through."""
    if outputs.size > FEW_GATES:
        _gate_many(gate_up, outputs)
        return
    size = outputs.shape[1]
    for row in range(outputs.shape[0]):
        _gate(gate_up[row, :size], gate_up[row, size:], outputs[row])


@compiled_on_all_cores
def _gate_many(gate_up: Floats, outputs: Floats) -> None:
    size = outputs.shape[1]
    n_chunks = (size + GATE_CHUNK - 1) // GATE_CHUNK
    for task in cores(outputs.shape[0] * n_chunks):
        row, first = task // n_chunks, task % n_chunks * GATE_CHUNK
        last = min(first + GATE_CHUNK, size)
        _gate(gate_up[row, first:last], gate_up[row, size + first : size + last], outputs[row, first:last])


@compiled
def _gate(gate: Floats, up: Floats, outputs: Floats) -> None:
    # Slices from 0 on: where an index might count from the end, the loop would not become vector instructions.
    for index in range(len(outputs)):
        x = gate[index]
        power = exp_of_negative(-abs(x))
        share = (_ONE if x >= 0 else power) / (_ONE + power)
        outputs[index] = x * share * up[index]
