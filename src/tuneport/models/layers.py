"""What can be asked of a model's decoder layers, one by one: to be computed twice, to be compiled."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint


def decoder_layers(model: Any) -> list[torch.nn.Module]:
    """Give the layers that a causal LM, bare or with a peft adapter, is a stack of."""
    from transformers.modeling_layers import GradientCheckpointingLayer

    causal_lm = model.get_base_model() if hasattr(model, "get_base_model") else model
    return [layer for layer in causal_lm.get_decoder().modules() if isinstance(layer, GradientCheckpointingLayer)]


def recompute_activations(model: Any) -> None:
    """Let each layer remember its input alone in training, and compute the rest a second time in the backward pass."""
    for layer in decoder_layers(model):
        switch: Any = layer
        switch.gradient_checkpointing = True
        # Reentrant checkpointing gives no gradient where a layer's input needs none, as the first one's here.
        switch._gradient_checkpointing_func = partial(checkpoint, use_reentrant=False)


def compile_layers(model: Any, *, backend: Any = "inductor") -> None:
    """Let torch compile each layer when it is first called, for forests of any size."""
    for layer in decoder_layers(model):
        layer.compile(dynamic=True, backend=backend)
