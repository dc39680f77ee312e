"""A model's weights under GGUF's names, in the kind of numbers that was asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from gguf import (
    GGML_QUANT_SIZES,
    MODEL_ARCH,
    MODEL_ARCH_NAMES,
    GGMLQuantizationType,
    get_tensor_name_map,
    quant_shape_to_byte_shape,
)
from gguf.quants import quantize
from numpy.typing import NDArray

from tuneport.core import InvalidRequest
from tuneport.weights import NumberFormat

if TYPE_CHECKING:
    from transformers import PreTrainedModel

KINDS: dict[NumberFormat, GGMLQuantizationType] = {
    "f32": GGMLQuantizationType.F32,
    "f16": GGMLQuantizationType.F16,
    "bf16": GGMLQuantizationType.BF16,
    "q8_0": GGMLQuantizationType.Q8_0,
}
_PACKED: np.dtype[Any] = np.dtype(np.uint8)
_PLAIN_DTYPES: dict[GGMLQuantizationType, np.dtype[Any]] = {
    GGMLQuantizationType.F32: np.dtype(np.float32),
    GGMLQuantizationType.F16: np.dtype(np.float16),
}


@dataclass(frozen=True)
class GgufTensor:
    name: str
    kind: GGMLQuantizationType
    values: torch.Tensor
    n_rotary_heads: int = 0
    """Heads whose rows are put into GGUF's order; 0 leaves the rows as they are."""

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        return _PLAIN_DTYPES.get(self.kind, _PACKED)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        shape = tuple(self.values.shape)
        return shape if self.kind in _PLAIN_DTYPES else tuple(quant_shape_to_byte_shape(shape, self.kind))

    @property
    def n_bytes(self) -> int:
        return math.prod(self.stored_shape) * self.stored_dtype.itemsize

    def read(self) -> NDArray[Any]:
        """Give the numbers as they are to be stored."""
        values: NDArray[Any] = self.values.float().numpy()
        if self.n_rotary_heads:
            values = _alternating_halves(values, self.n_rotary_heads)
        stored: NDArray[Any] = quantize(np.ascontiguousarray(values), self.kind)
        return stored


def gguf_tensors(model: PreTrainedModel, architecture: str, numbers: NumberFormat) -> list[GgufTensor]:
    """Raises `InvalidRequest` for a weight that GGUF's architecture does not have."""
    config: Any = model.config
    names = get_tensor_name_map(_architecture_of(architecture), config.num_hidden_layers)
    heads = {".attn_q.weight": config.num_attention_heads, ".attn_k.weight": config.num_key_value_heads}
    is_tied = config.tie_word_embeddings
    tensors = []
    for own_name, values in model.state_dict().items():
        if is_tied and own_name == "lm_head.weight":
            continue
        name = names.get_name(own_name, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise _nameless(own_name)
        n_heads = next((n for end, n in heads.items() if architecture == "llama" and name.endswith(end)), 0)
        tensors.append(GgufTensor(name, _kind(values, KINDS[numbers]), values, n_heads))
    return [*tensors, *_rotation_factors(config)]


def _architecture_of(name: str) -> MODEL_ARCH:
    return next(architecture for architecture, known in MODEL_ARCH_NAMES.items() if known == name)


def _kind(values: torch.Tensor, wanted: GGMLQuantizationType) -> GGMLQuantizationType:
    """Norms and biases stay as they are, and rows that are no multiple of a block have 16 bits a weight."""
    if values.ndim == 1:
        return GGMLQuantizationType.F32
    block_size, _ = GGML_QUANT_SIZES[wanted]
    return wanted if values.shape[-1] % block_size == 0 else GGMLQuantizationType.F16


def _rotation_factors(config: Any) -> Iterator[GgufTensor]:
    """Give by how much slower each frequency of Llama 3's stretched positions turns."""
    rope = config.rope_parameters
    if rope["rope_type"] != "llama3":
        return
    head_size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    wavelengths = 2 * math.pi * rope["rope_theta"] ** (torch.arange(0, head_size, 2, dtype=torch.float64) / head_size)
    turns = rope["original_max_position_embeddings"] / wavelengths
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    # Frequencies that turn often within the trained length stay, slow ones are stretched, and those between in part.
    share_kept = ((turns - low) / (high - low)).clamp(0, 1)
    factors = 1 / ((1 - share_kept) / rope["factor"] + share_kept)
    yield GgufTensor("rope_freqs.weight", GGMLQuantizationType.F32, factors.float())


def _alternating_halves(values: NDArray[Any], n_heads: int) -> NDArray[Any]:
    """Transformers has one half of a head's rotation after the other; in GGUF their rows alternate."""
    rows, *rest = values.shape
    return values.reshape(n_heads, 2, rows // n_heads // 2, *rest).swapaxes(1, 2).reshape(values.shape)


def _nameless(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"The model has the weight {name!r}, which GGUF has no place for in this kind of model. Use the format "
        "'merged' and llama.cpp's own converter.",
        code="unsupported_gguf",
        param="format",
    )
