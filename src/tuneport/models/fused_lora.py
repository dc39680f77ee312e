"""A linear layer with its LoRA adapter as one operation.

peft's layer writes the adapter's output, scales it and adds it, three passes over a tensor as large as the layer's own
output, and as many in the backward pass. Here the small product is added by the matrix multiplication itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.lora import Linear
from torch import Tensor
from torch.nn.functional import linear

ADAPTER = "default"


def fuse_adapter(model: PeftModel) -> None:
    """Let every plain LoRA layer of `model` compute itself and its adapter at once; the results are the same.

    Layers with dropout or anything beyond A and B keep peft's way.
    """
    for layer in model.modules():
        if type(layer) is Linear and _is_plain(layer):
            layer.forward = partial(_forward, layer)


def _is_plain(layer: Any) -> bool:
    return (
        list(layer.lora_A) == [ADAPTER]
        and isinstance(layer.lora_dropout[ADAPTER], torch.nn.Identity)
        and not layer.lora_variant
        and not layer.lora_bias[ADAPTER]
        and type(layer.base_layer) is torch.nn.Linear
    )


def _forward(layer: Any, inputs: Tensor) -> Tensor:
    base = layer.base_layer
    apply: Any = _FusedLora.apply
    outputs: Tensor = apply(
        inputs,
        base.weight,
        base.bias,
        layer.lora_A[ADAPTER].weight,
        layer.lora_B[ADAPTER].weight,
        layer.scaling[ADAPTER],
    )
    return outputs


class _FusedLora(torch.autograd.Function):
    """`x Wᵀ + scaling · (x Aᵀ) Bᵀ`, with gradients for `x`, `A` `[r, in]` and `B` `[out, r]`; `W` is frozen."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scaling: float
    ) -> Tensor:
        flat_inputs = inputs.flatten(0, -2)
        low_rank = flat_inputs.to(a.dtype) @ a.T
        outputs = linear(flat_inputs, weight, bias)
        outputs.addmm_(low_rank.to(outputs.dtype), b.T.to(outputs.dtype), alpha=scaling)
        ctx.save_for_backward(flat_inputs, weight, a, b, low_rank)
        ctx.scaling = scaling
        return outputs.view(*inputs.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, outputs_gradient: Tensor) -> tuple[Tensor | None, None, None, Tensor, Tensor, None]:
        inputs, weight, a, b, low_rank = ctx.saved_tensors
        gradient = outputs_gradient.flatten(0, -2)
        low_rank_gradient = (gradient.to(b.dtype) @ b).mul_(ctx.scaling)
        b_gradient = (gradient.to(b.dtype).T @ low_rank).mul_(ctx.scaling)
        a_gradient = low_rank_gradient.T @ inputs.to(a.dtype)
        inputs_gradient = None
        if ctx.needs_input_grad[0]:
            inputs_gradient = gradient @ weight
            inputs_gradient.addmm_(low_rank_gradient.to(weight.dtype), a.to(weight.dtype))
            inputs_gradient = inputs_gradient.view(*outputs_gradient.shape[:-1], -1)
        return inputs_gradient, None, None, a_gradient, b_gradient, None
