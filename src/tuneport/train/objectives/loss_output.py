from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class LossOutput:
    """What an objective gives for one forest: sums, which the loop divides by the step's total."""

    loss_sum: Tensor
    """Scalar with gradient."""
    loss_tokens: float
    """What it was summed over."""
    n_correct: float
    """Loss tokens whose target was the likeliest token."""
