"""Supervised fine-tuning: make the answers of the rows likelier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch

from tuneport.data import AnyExample, PreferenceExample
from tuneport.models import EdgeLogprobs
from tuneport.tokens import Forest, Renderer, Sample, tokenize_sample
from tuneport.train.objectives.objective import LossOutput


class Supervised:
    """Cross-entropy of the tokens of answers and completions; each counts by its message's weight."""

    method: Literal["supervised"] = "supervised"
    needs_reference = False

    def tokenize(self, example: AnyExample, renderer: Renderer, *, longest_row_tokens: int) -> Sample:
        assert not isinstance(example, PreferenceExample), "the file was read for this method"
        return tokenize_sample(example, renderer, longest_row_tokens=longest_row_tokens)

    def count(self, samples: Sequence[Sample]) -> float:
        """Give the weights of all loss tokens, added up."""
        return sum(float(row.loss_weights.sum()) for sample in samples for row in sample.rows)

    def loss(self, forest: Forest, edges: EdgeLogprobs, samples: Sequence[Sample]) -> LossOutput:
        weights = torch.from_numpy(forest.edge_weights).to(edges.logprobs.device)
        # Sum, not mean: the loop divides by the step's count, so micro-batches change nothing.
        return LossOutput(loss_sum=-(weights * edges.logprobs).sum(), n_right=(weights * edges.is_right).sum())
