"""What `forward` computes with, taken from a model of transformers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from tuneport.inference.engine.compiled.forward import LayerArrays, OuterArrays, Shape
from tuneport.inference.engine.compiled.products import MOST_ROWS, Floats
from tuneport.inference.engine.compiled.weight_packing import GROUP_INPUTS, TILE_OUTPUTS, pack_matrices

_MODEL_TYPES = ("llama", "mistral", "qwen2", "qwen3")
_FIXED_ROTARY = ("default", "linear", "llama3", "yarn")
"""Positions are rotated by the same angles however long a text is."""


def why_not_compiled(model: Any) -> str | None:
    """Say why `forward` can't stand in for the model, or `None`."""
    config = model.config
    if model.device.type != "cpu" or model.dtype != torch.float32:
        return "it is not computed in fp32 on a CPU"
    if config.model_type not in _MODEL_TYPES:
        return f"its layers are of the kind {config.model_type!r}"
    if getattr(config, "quantization_config", None) is not None:
        return "its weights are quantized"
    if config.hidden_act != "silu" or getattr(config, "mlp_bias", False):
        return "its gate is of another kind"
    if set(getattr(config, "layer_types", None) or ["full_attention"]) != {"full_attention"}:
        return "not all of its layers see the whole text"
    if getattr(config, "sliding_window", None) is not None:
        return "its layers see a window of the text"
    if model.model.rotary_emb.rope_type not in _FIXED_ROTARY:
        return f"its positions are of the kind {model.model.rotary_emb.rope_type!r}"
    return _why_not_of_sizes(model)


def _why_not_of_sizes(model: Any) -> str | None:
    layer = model.model.layers[0]
    attention, mlp = layer.self_attn, layer.mlp
    if attention.o_proj.bias is not None:
        return "its attention's output has a bias"
    if model.config.num_attention_heads > MOST_ROWS * model.config.num_key_value_heads:
        return f"more than {MOST_ROWS} of its heads share their keys"
    sizes = [attention.q_proj.out_features, attention.k_proj.out_features, mlp.gate_proj.out_features]
    sizes += [attention.q_proj.in_features]
    if any(size % max(GROUP_INPUTS, TILE_OUTPUTS) for size in sizes):
        return f"its matrices' sizes {sizes} are not all multiples of {GROUP_INPUTS}"
    return None


def read_shape(model: Any) -> Shape:
    attention = model.model.layers[0].self_attn
    return Shape(
        n_query_heads=model.config.num_attention_heads,
        head_size=attention.head_dim,
        mlp_size=model.config.intermediate_size,
        norm_epsilon=model.config.rms_norm_eps,
        attention_scale=attention.scaling,
    )


def read_layers(model: Any) -> LayerArrays:
    layers = list(model.model.layers)
    attentions, mlps = [layer.self_attn for layer in layers], [layer.mlp for layer in layers]
    head_size = attentions[0].head_dim
    return LayerArrays(
        qkv=pack_matrices([torch.cat([each.weight for each in _qkv(attention)]) for attention in attentions]),
        attention_output=pack_matrices([attention.o_proj.weight for attention in attentions]),
        gate_up=pack_matrices([torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]) for mlp in mlps]),
        down=pack_matrices([mlp.down_proj.weight for mlp in mlps]),
        attention_norm_LH=_floats([layer.input_layernorm.weight for layer in layers]),
        mlp_norm_LH=_floats([layer.post_attention_layernorm.weight for layer in layers]),
        qkv_bias_LN=_floats([torch.cat([each.bias for each in _qkv(attention)]) for attention in attentions])
        if attentions[0].q_proj.bias is not None
        else _none(1),
        query_norm_LD=_floats([attention.q_norm.weight for attention in attentions])
        if hasattr(attentions[0], "q_norm")
        else _none(head_size),
        key_norm_LD=_floats([attention.k_norm.weight for attention in attentions])
        if hasattr(attentions[0], "k_norm")
        else _none(head_size),
    )


def read_outer(model: Any, n_positions: int) -> OuterArrays:
    none = _none(model.model.layers[0].self_attn.head_dim // 2)
    outer = OuterArrays(
        head=pack_matrices([model.get_output_embeddings().weight]),
        final_norm_H=_float_array(model.model.norm.weight),
        cosines_PD=none,
        sines_PD=none,
    )
    return with_positions(outer, model.model.rotary_emb, n_positions)


def with_positions(outer: OuterArrays, rotary: Any, n_positions: int) -> OuterArrays:
    """Give `outer` with the angles of so many positions."""
    half = outer.cosines_PD.shape[1]
    cosines, sines = rotary(torch.zeros(1), torch.arange(n_positions)[None])
    return outer._replace(cosines_PD=_float_array(cosines[0, :, :half]), sines_PD=_float_array(sines[0, :, :half]))


def _qkv(attention: Any) -> tuple[Any, Any, Any]:
    return attention.q_proj, attention.k_proj, attention.v_proj


def _floats(tensors: list[Tensor]) -> Floats:
    return _float_array(torch.stack(tensors))


def _float_array(tensor: Tensor) -> Floats:
    return np.ascontiguousarray(tensor.detach().float().numpy())


def _none(size: int) -> Floats:
    return np.zeros((0, size), np.float32)
