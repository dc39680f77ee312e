"""Direct preference optimization: of two answers, make the preferred one likelier than the other.

Source: Rafailov et al. 2023, "Direct Preference Optimization", equation 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch.nn.functional import logsigmoid

from tuneport.data import AnyExample, PreferenceExample
from tuneport.models import EdgeLogprobs
from tuneport.tokens import Forest, Renderer, Sample, tokenize_sample
from tuneport.train.objectives.objective import LossOutput
from tuneport.train.objectives.row_logprobs import row_logprobs


@dataclass(frozen=True)
class DirectPreference:
    """`-log sigmoid(beta * margin)`, where the margin is how much more than the reference the model prefers.

    The reference is the model as it was before the first step.
    """

    beta: float
    """Above 0; a higher one keeps the model nearer the reference."""
    method: Literal["dpo"] = "dpo"
    needs_reference = True

    def tokenize(self, example: AnyExample, renderer: Renderer, *, longest_row_tokens: int) -> Sample:
        assert isinstance(example, PreferenceExample), "the file was read for this method"
        return tokenize_sample(example, renderer, longest_row_tokens=longest_row_tokens)

    def count(self, samples: Sequence[Sample]) -> float:
        """Give the number of pairs."""
        return float(len(samples))

    def loss(self, forest: Forest, edges: EdgeLogprobs, samples: Sequence[Sample]) -> LossOutput:
        references = torch.tensor([sample.reference_logprobs for sample in samples], device=edges.logprobs.device)
        rewards_P2 = self.beta * (row_logprobs(forest, edges).view(-1, 2) - references)
        margins_P = rewards_P2[:, 0] - rewards_P2[:, 1]
        return LossOutput(
            loss_sum=-logsigmoid(margins_P).sum(),
            n_right=(margins_P > 0).sum(),
            extra_sums={
                "reward_preferred": rewards_P2[:, 0].detach().sum(),
                "reward_non_preferred": rewards_P2[:, 1].detach().sum(),
                "reward_margin": margins_P.detach().sum(),
            },
        )
