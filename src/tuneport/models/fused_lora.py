"""A linear layer with its LoRA adapter as one operation.

peft's layer writes the adapter's output, scales it and adds it, three passes over a tensor as large as the layer's own
output, and as many in the backward pass. Here the small product is added by the matrix multiplication itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import torch
from peft import PeftModel
from peft.tuners.lora import Linear
from torch import Tensor
from torch.nn.functional import linear

ADAPTER = "default"


class LoraLayer(NamedTuple):
    """`x Wᵀ + bias + scaling · (x Aᵀ) Bᵀ`; `W` `[out, in]` and the bias are frozen."""

    weight: Tensor
    bias: Tensor | None
    a: Tensor
    """`[r, in]`"""
    b: Tensor
    """`[out, r]`"""
    scaling: float

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Give, for inputs `[N, in]`, the outputs and `x Aᵀ`, which the backward pass needs."""
        low_rank = inputs.to(self.a.dtype) @ self.a.T
        outputs = linear(inputs, self.weight, self.bias)
        outputs.addmm_(low_rank.to(outputs.dtype), self.b.T.to(outputs.dtype), alpha=self.scaling)
        return outputs, low_rank

    def backward(
        self, gradient: Tensor, inputs: Tensor, low_rank: Tensor, *, of_inputs: bool
    ) -> tuple[Tensor | None, Tensor, Tensor]:
        """Give the gradients of the inputs, where they are wanted, of A and of B, for the outputs' `[N, out]`."""
        low_rank_gradient = (gradient.to(self.b.dtype) @ self.b).mul_(self.scaling)
        b_gradient = (gradient.to(self.b.dtype).T @ low_rank).mul_(self.scaling)
        a_gradient = low_rank_gradient.T @ inputs.to(self.a.dtype)
        inputs_gradient = None
        if of_inputs:
            inputs_gradient = gradient @ self.weight
            inputs_gradient.addmm_(low_rank_gradient.to(self.weight.dtype), self.a.to(self.weight.dtype))
        return inputs_gradient, a_gradient, b_gradient


def plain_lora(layer: torch.nn.Module) -> LoraLayer | None:
    """Give what `layer` computes with; `None` where it is none of peft's, has dropout, or more than A and B."""
    found: Any = layer
    if (
        type(layer) is not Linear
        or list(found.lora_A) != [ADAPTER]
        or not isinstance(found.lora_dropout[ADAPTER], torch.nn.Identity)
        or found.lora_variant
        or found.lora_bias[ADAPTER]
        or type(found.base_layer) is not torch.nn.Linear
    ):
        return None
    base, a, b = found.base_layer, found.lora_A[ADAPTER].weight, found.lora_B[ADAPTER].weight
    return LoraLayer(base.weight, base.bias, a, b, found.scaling[ADAPTER])


def fuse_adapters(model: PeftModel) -> None:
    """Let every plain LoRA layer of `model` compute itself and its adapter at once; the results are the same."""
    for layer in model.modules():
        if plain_lora(layer) is not None:
            layer.forward = partial(_forward, layer)


def _forward(layer: torch.nn.Module, inputs: Tensor) -> Tensor:
    # Looked up anew: sharded weights are whole only while their layer computes.
    parts = plain_lora(layer)
    assert parts is not None, "it was one when it was fused"
    apply: Any = _FusedLora.apply
    outputs: Tensor = apply(inputs, *parts)
    return outputs


class _FusedLora(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, *parts: Any) -> Tensor:
        layer = LoraLayer(*parts)
        flat_inputs = inputs.flatten(0, -2)
        outputs, low_rank = layer.forward(flat_inputs)
        ctx.save_for_backward(flat_inputs, layer.weight, layer.a, layer.b, low_rank)
        ctx.scaling = layer.scaling
        return outputs.view(*inputs.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, outputs_gradient: Tensor) -> tuple[Tensor | None, None, None, Tensor, Tensor, None]:
        inputs, weight, a, b, low_rank = ctx.saved_tensors
        layer = LoraLayer(weight, None, a, b, ctx.scaling)
        inputs_gradient, a_gradient, b_gradient = layer.backward(
            outputs_gradient.flatten(0, -2), inputs, low_rank, of_inputs=ctx.needs_input_grad[0]
        )
        if inputs_gradient is not None:
            inputs_gradient = inputs_gradient.view(*outputs_gradient.shape[:-1], -1)
        return inputs_gradient, None, None, a_gradient, b_gradient, None
