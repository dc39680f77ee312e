"""Validation loss and accuracy, a micro-batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from tuneport.models import edge_logprobs
from tuneport.tokens import Sample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import Objective
from tuneport.train.stopping import raise_if_stopping


@dataclass(frozen=True)
class Evaluator:
    model: torch.nn.Module
    objective: Objective
    samples: list[Sample]
    sample_rows: int
    max_nodes: int
    seed: int
    is_stopping: Callable[[], bool]

    def evaluate_sample(self, step: int) -> tuple[float, float]:
        """Give mean loss (nats) and accuracy on `sample_rows` lines, drawn anew for each step."""
        size = min(self.sample_rows, len(self.samples))
        chosen = np.random.default_rng([self.seed, step]).choice(len(self.samples), size, replace=False)
        return self._evaluate([self.samples[index] for index in chosen])

    def evaluate_all(self) -> tuple[float, float]:
        return self._evaluate(self.samples)

    @torch.no_grad()
    def _evaluate(self, samples: list[Sample]) -> tuple[float, float]:
        self.model.eval()
        loss_sum = n_right = 0.0
        for batch in cut_into_micro_batches(samples, self.max_nodes):
            raise_if_stopping(self.is_stopping)
            forest = build_forest([row for sample in batch for row in sample.rows])
            output = self.objective.loss(forest, edge_logprobs(self.model, forest), batch)
            loss_sum += float(output.loss_sum)
            n_right += float(output.n_right)
        count = self.objective.count(samples)
        return loss_sum / count, n_right / count
