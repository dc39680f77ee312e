"""A model's forward pass over new tokens as one compiled function: embeddings in, logits of the wanted rows out.

A row is a token: the next one of an answer, or one of a prompt; all of them go through each matrix together. The order
of things is that of a decoder layer of Llama's kind; `model_arrays.py` says for which models this is right.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuneport.inference.engine.compiled.attention import Rows, attend, remember
from tuneport.inference.engine.compiled.elementwise import add_bias, gate_rows, normalize_heads, normalize_rows
from tuneport.inference.engine.compiled.jit import compiled
from tuneport.inference.engine.compiled.products import SiteAdapters, add_adapters, filled, multiply
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS, Tiles

Floats = NDArray[np.float32]


class LayerArrays(NamedTuple):
    """What the layers compute with; L: layers, H: hidden size, D: head size. Tiles are those of all layers."""

    qkv: Tiles
    """Query, key and value as one matrix."""
    attention_output: Tiles
    gate_up: Tiles
    down: Tiles
    attention_norm_LH: Floats
    mlp_norm_LH: Floats
    qkv_bias_LN: Floats
    """Without rows where a model has none, as the two norms below."""
    query_norm_LD: Floats
    key_norm_LD: Floats


class OuterArrays(NamedTuple):
    head: Tiles
    final_norm_H: Floats
    cosines_PD: Floats
    """`[positions, D / 2]`"""
    sines_PD: Floats


class Shape(NamedTuple):
    n_query_heads: int
    head_size: int
    mlp_size: int
    norm_epsilon: float
    attention_scale: float


class AdapterArrays(NamedTuple):
    qkv: SiteAdapters
    attention_output: SiteAdapters
    gate_up: SiteAdapters
    down: SiteAdapters


class Cache(NamedTuple):
    """Keys and values of every layer; see `attention.py`."""

    keys: Floats
    values: Floats


@compiled
def forward(
    shape: Shape,
    layers: LayerArrays,
    outer: OuterArrays,
    adapters: AdapterArrays,
    cache: Cache,
    rows: Rows,
    hidden: Floats,
) -> Floats:
    """Write keys and values of the rows to the cache, and give the logits `[rows, tokens]` of the wanted ones.

    hidden: embeddings of the rows, which are overwritten, and zeros as far as `filled` asks for more. Logits too may
    have more rows and, where the last tile has more outputs than there are tokens, columns.
    """
    n_filled, size = hidden.shape[0], shape.head_size
    n_queries, n_keys = shape.n_query_heads * size, cache.keys.shape[2] * size
    normed = np.zeros(hidden.shape, np.float32)
    qkv = np.zeros((n_filled, n_queries + 2 * n_keys), np.float32)
    attended = np.zeros((n_filled, n_queries), np.float32)
    gate_up = np.zeros((n_filled, 2 * shape.mlp_size), np.float32)
    gated = np.zeros((n_filled, shape.mlp_size), np.float32)
    scratch = np.empty(n_filled * max(hidden.shape[1], n_queries, shape.mlp_size), np.float32)
    has_adapters = len(rows.adapter_runs) > 0
    for layer in range(cache.keys.shape[0]):
        keys, values = cache.keys[layer], cache.values[layer]
        normalize_rows(hidden, layers.attention_norm_LH[layer], shape.norm_epsilon, normed)
        multiply(layers.qkv[layer], normed, scratch, qkv, False)
        if has_adapters:
            add_adapters(adapters.qkv, layer, rows.adapter_runs, normed, qkv)
        if layers.qkv_bias_LN.shape[0] > 0:
            add_bias(qkv, layers.qkv_bias_LN[layer])
        if layers.query_norm_LD.shape[0] > 0:
            normalize_heads(qkv[:, :n_queries], layers.query_norm_LD[layer], shape.norm_epsilon)
            normalize_heads(qkv[:, n_queries : n_queries + n_keys], layers.key_norm_LD[layer], shape.norm_epsilon)
        remember(qkv, rows, outer.cosines_PD, outer.sines_PD, keys, values)
        attend(qkv, rows, size, shape.attention_scale, keys, values, attended)
        multiply(layers.attention_output[layer], attended, scratch, hidden, True)
        if has_adapters:
            add_adapters(adapters.attention_output, layer, rows.adapter_runs, attended, hidden)
        normalize_rows(hidden, layers.mlp_norm_LH[layer], shape.norm_epsilon, normed)
        multiply(layers.gate_up[layer], normed, scratch, gate_up, False)
        if has_adapters:
            add_adapters(adapters.gate_up, layer, rows.adapter_runs, normed, gate_up)
        gate_rows(gate_up, gated)
        multiply(layers.down[layer], gated, scratch, hidden, True)
        if has_adapters:
            add_adapters(adapters.down, layer, rows.adapter_runs, gated, hidden)
    last = np.zeros((filled(len(rows.wanted)), hidden.shape[1]), np.float32)
    for index in range(len(rows.wanted)):
        for feature in range(hidden.shape[1]):
            last[index, feature] = hidden[rows.wanted[index], feature]
    normed_last = np.empty(last.shape, np.float32)
    normalize_rows(last, outer.final_norm_H, shape.norm_epsilon, normed_last)
    logits = np.empty((last.shape[0], outer.head.shape[1] * TILE_OUTPUTS), np.float32)
    if len(rows.wanted) > 0:
        multiply(outer.head[0], normed_last, scratch, logits, False)
    return logits
