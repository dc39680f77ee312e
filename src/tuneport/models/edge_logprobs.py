"""The log-probability of every edge of a forest: what each objective is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tuneport.models.forest_attention import ForestArrays, attention_blocks

EDGES_PER_CHUNK = 256
"""Logits exist for so many edges at once: 256 of a 49,152-word vocabulary are 50 MB."""


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
    hidden_ND = causal_lm.get_decoder()(
        input_ids=torch.from_numpy(forest.token_ids)[None].to(device),
        position_ids=torch.from_numpy(forest.position_ids)[None].to(device),
        use_cache=False,
        forest_blocks=attention_blocks(forest, device),
    ).last_hidden_state[0]
    parents = torch.from_numpy(forest.edge_parents).to(device)
    targets = torch.from_numpy(forest.edge_targets).to(device)
    apply: Any = _ChunkedHead.apply
    logprobs, is_right = apply(hidden_ND[parents], head, targets)
    return EdgeLogprobs(logprobs, is_right)


class _ChunkedHead(torch.autograd.Function):
    """Log-probabilities of the targets under a frozen head, a chunk of edges at a time.

    The gradient of each edge with respect to its hidden state is `head[target] - softmax @ head`. It is computed while
    the chunk's logits are there, so that they are never kept and never computed twice.
    """

    @staticmethod
    def forward(ctx: Any, hidden_ED: Tensor, head_VD: Tensor, targets_E: Tensor) -> tuple[Tensor, Tensor]:
        logprobs = torch.empty(len(targets_E), dtype=torch.float32, device=hidden_ED.device)
        is_right = torch.empty(len(targets_E), dtype=torch.bool, device=hidden_ED.device)
        gradient_ED = torch.empty_like(hidden_ED) if hidden_ED.requires_grad else None
        for start in range(0, len(targets_E), EDGES_PER_CHUNK):
            chunk = slice(start, start + EDGES_PER_CHUNK)
            targets = targets_E[chunk]
            logits_EV = (hidden_ED[chunk] @ head_VD.T).float()
            is_right[chunk] = logits_EV.argmax(dim=1) == targets
            logsumexp = logits_EV.logsumexp(dim=1)
            logprobs[chunk] = logits_EV.gather(1, targets[:, None])[:, 0] - logsumexp
            if gradient_ED is not None:
                softmax_EV = (logits_EV - logsumexp[:, None]).exp_().to(head_VD.dtype)
                gradient_ED[chunk] = head_VD[targets] - softmax_EV @ head_VD
        ctx.save_for_backward(gradient_ED)
        ctx.mark_non_differentiable(is_right)
        return logprobs, is_right

    @staticmethod
    def backward(ctx: Any, logprobs_gradient_E: Tensor, _: Tensor) -> tuple[Tensor, None, None]:
        (gradient_ED,) = ctx.saved_tensors
        return gradient_ED * logprobs_gradient_E[:, None].to(gradient_ED.dtype), None, None
