"""The log-probability of every edge of a forest: what each objective is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tuneport.models.forest_attention import ForestArrays
from tuneport.models.hidden_states import forest_hidden_states

EDGES_PER_CHUNK = 256
"""Logits exist for so many edges at once: 256 of a 49,152-word vocabulary are 50 MB. On a GPU it is what fits."""
MOST_EDGES_PER_CHUNK = 4096
SHARE_OF_GPU_FOR_LOGITS = 1 / 64
BYTES_PER_LOGIT = 10
"""In the model's precision, in fp32, and their exponentials."""


@dataclass(frozen=True)
class EdgeLogprobs:
    logprobs: Tensor
    """`[E]`, nats, with gradient where the model has one."""
    is_right: Tensor
    """`[E]`, true where the target is the likeliest token."""


def edge_logprobs(model: Any, forest: ForestArrays) -> EdgeLogprobs:
    """Compute `log p(target | path)` of each edge. `model` is a causal LM, bare or with a peft adapter."""
    causal_lm = model.get_base_model() if hasattr(model, "get_base_model") else model
    head = causal_lm.get_output_embeddings().weight
    device = head.device
    hidden_ND = forest_hidden_states(causal_lm.get_decoder(), forest, device)
    parents = torch.from_numpy(forest.edge_parents).to(device)
    targets = torch.from_numpy(forest.edge_targets).to(device)
    apply: Any = _ChunkedHead.apply
    logprobs, is_right = apply(hidden_ND[parents], head, targets)
    return EdgeLogprobs(logprobs, is_right)


def edges_per_chunk(vocabulary: int, device: torch.device) -> int:
    """Give how many edges have their logits at once: few on a CPU, on a GPU as many as a small share of it holds."""
    if device.type != "cuda":
        return EDGES_PER_CHUNK
    memory = torch.cuda.get_device_properties(device).total_memory
    fitting = int(memory * SHARE_OF_GPU_FOR_LOGITS) // (vocabulary * BYTES_PER_LOGIT)
    return min(max(fitting, 1), MOST_EDGES_PER_CHUNK)


class _ChunkedHead(torch.autograd.Function):
    """Log-probabilities of the targets under the head, a chunk of edges at a time; logits are never kept.

    The gradient of each edge with respect to its hidden state is `head[target] - softmax @ head`. It is computed while
    the chunk's logits are there, so that a frozen head computes them once. The gradient of a head that is trained
    depends on what becomes of each log-probability, so the backward pass computes the chunk's logits again.
    """

    @staticmethod
    def forward(ctx: Any, hidden_ED: Tensor, head_VD: Tensor, targets_E: Tensor) -> tuple[Tensor, Tensor]:
        logprobs = torch.empty(len(targets_E), dtype=torch.float32, device=hidden_ED.device)
        is_right = torch.empty(len(targets_E), dtype=torch.bool, device=hidden_ED.device)
        logsumexp_E = torch.empty_like(logprobs)
        gradient_ED = torch.empty_like(hidden_ED) if hidden_ED.requires_grad else None
        size = edges_per_chunk(len(head_VD), hidden_ED.device)
        for start in range(0, len(targets_E), size):
            chunk = slice(start, start + size)
            targets = targets_E[chunk]
            logits_EV = (hidden_ED[chunk] @ head_VD.T).float()
            is_right[chunk] = logits_EV.argmax(dim=1) == targets
            logsumexp_E[chunk] = logits_EV.logsumexp(dim=1)
            logprobs[chunk] = logits_EV.gather(1, targets[:, None])[:, 0] - logsumexp_E[chunk]
            if gradient_ED is not None:
                softmax_EV = (logits_EV - logsumexp_E[chunk, None]).exp_().to(head_VD.dtype)
                gradient_ED[chunk] = head_VD[targets] - softmax_EV @ head_VD
        ctx.save_for_backward(
            gradient_ED, *((hidden_ED, head_VD, targets_E, logsumexp_E) if ctx.needs_input_grad[1] else ())
        )
        ctx.mark_non_differentiable(is_right)
        return logprobs, is_right

    @staticmethod
    def backward(ctx: Any, logprobs_gradient_E: Tensor, _: Tensor) -> tuple[Tensor, Tensor | None, None]:
        gradient_ED, *trained_head = ctx.saved_tensors
        hidden_gradient_ED = gradient_ED * logprobs_gradient_E[:, None].to(gradient_ED.dtype)
        return hidden_gradient_ED, _head_gradient(logprobs_gradient_E, *trained_head) if trained_head else None, None


def _head_gradient(
    logprobs_gradient_E: Tensor, hidden_ED: Tensor, head_VD: Tensor, targets_E: Tensor, logsumexp_E: Tensor
) -> Tensor:
    """Give `[V, D]`: over all edges, `(one-hot target - softmax) ⊗ hidden`, times the edge's own gradient."""
    gradient_VD = torch.zeros_like(head_VD)
    size = edges_per_chunk(len(head_VD), hidden_ED.device)
    for start in range(0, len(targets_E), size):
        chunk = slice(start, start + size)
        edge_gradient = logprobs_gradient_E[chunk, None]
        logits_EV = (hidden_ED[chunk] @ head_VD.T).float()
        logits_gradient_EV = (logits_EV - logsumexp_E[chunk, None]).exp_().mul_(-edge_gradient)
        logits_gradient_EV.scatter_add_(1, targets_E[chunk, None], edge_gradient)
        gradient_VD.addmm_(logits_gradient_EV.to(head_VD.dtype).T, hidden_ED[chunk])
    return gradient_VD
