"""Supervised fine-tuning: make the answers of the rows likelier."""

from __future__ import annotations

import torch

from tuneport.models import EdgeLogprobs
from tuneport.tokens import Forest
from tuneport.train.objectives.loss_output import LossOutput


def supervised_loss(forest: Forest, edges: EdgeLogprobs) -> LossOutput:
    """Cross-entropy of the answers' tokens, summed, in nats; each token counts by its message's weight."""
    weights = torch.from_numpy(forest.edge_weights).to(edges.logprobs.device)
    return LossOutput(
        # Sum, not mean: the loop divides by the step's loss tokens, so micro-batches change nothing.
        loss_sum=-(weights * edges.logprobs).sum(),
        loss_tokens=forest.loss_tokens,
        n_correct=float((weights * edges.is_right).sum()),
    )
