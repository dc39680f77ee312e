"""A gated MLP and its three LoRA adapters as one operation: `down(silu(gate(x)) · up(x))`.

Step by step, four tensors as wide as the MLP are remembered for the backward pass: gate, silu of it, up, and their
product. Two are enough, as the others take a moment to compute again: a third of all that a layer remembers is saved.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from torch.nn.functional import silu
from transformers.activations import SiLUActivation
from transformers.models.llama.modeling_llama import LlamaMLP

from tuneport.models.fused_lora import LoraLayer, plain_lora

_LAYERS = ("gate_proj", "up_proj", "down_proj")
_PARTS = len(LoraLayer._fields)


def fuse_gated_mlps(model: PeftModel) -> None:
    """Let every MLP that computes as Llama's does, with plain adapters, be one operation; the results are the same."""
    for module in model.modules():
        if _computes_as_llamas(module) and None not in _layers(module):
            module.forward = partial(_forward, module)


def _computes_as_llamas(module: Any) -> bool:
    """Say so where `forward` is Llama's, word for word: some models have the same layers and another formula."""
    code, llamas = getattr(type(module).forward, "__code__", None), LlamaMLP.forward.__code__
    return (
        code is not None
        and (code.co_code, code.co_names) == (llamas.co_code, llamas.co_names)
        and type(module.act_fn) in (torch.nn.SiLU, SiLUActivation)
    )


def _layers(mlp: Any) -> list[LoraLayer | None]:
    return [plain_lora(getattr(mlp, name)) for name in _LAYERS]


def _forward(mlp: Any, inputs: Tensor) -> Tensor:
    apply: Any = _FusedGatedMlp.apply
    outputs: Tensor = apply(inputs, *(part for layer in _layers(mlp) for part in layer or ()))
    return outputs


class _FusedGatedMlp(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, *parts: Any) -> Tensor:
        layers = [LoraLayer(*parts[start : start + _PARTS]) for start in range(0, len(parts), _PARTS)]
        gate_layer, up_layer, down_layer = layers
        flat_inputs = inputs.flatten(0, -2)
        gate, gate_low_rank = gate_layer.forward(flat_inputs)
        up, up_low_rank = up_layer.forward(flat_inputs)
        outputs, down_low_rank = down_layer.forward(silu(gate).mul_(up))
        weights = [tensor for layer in layers for tensor in (layer.weight, layer.a, layer.b)]
        ctx.save_for_backward(flat_inputs, gate, up, gate_low_rank, up_low_rank, down_low_rank, *weights)
        ctx.scalings = [layer.scaling for layer in layers]
        return outputs.view(*inputs.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, outputs_gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs, gate, up, gate_low_rank, up_low_rank, down_low_rank, *weights = ctx.saved_tensors
        gate_layer, up_layer, down_layer = (
            LoraLayer(weight, None, a, b, scaling)
            for weight, a, b, scaling in zip(weights[::3], weights[1::3], weights[2::3], ctx.scalings, strict=True)
        )
        activated = silu(gate)
        product_gradient, *of_down = down_layer.backward(
            outputs_gradient.flatten(0, -2), activated * up, down_low_rank, of_inputs=True
        )
        assert product_gradient is not None
        of_inputs = ctx.needs_input_grad[0]
        gate_gradient = torch.ops.aten.silu_backward(product_gradient * up, gate)
        from_gate, *of_gate = gate_layer.backward(gate_gradient, inputs, gate_low_rank, of_inputs=of_inputs)
        from_up, *of_up = up_layer.backward(activated.mul_(product_gradient), inputs, up_low_rank, of_inputs=of_inputs)
        inputs_gradient = None
        if from_gate is not None and from_up is not None:
            inputs_gradient = from_gate.add_(from_up).view(*outputs_gradient.shape[:-1], -1)
        gradients = ((None, None, *of_layer, None) for of_layer in (of_gate, of_up, of_down))
        return inputs_gradient, *(gradient for of_layer in gradients for gradient in of_layer)
