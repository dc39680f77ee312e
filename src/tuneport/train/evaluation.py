"""Validation loss and accuracy, a micro-batch at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from tuneport.models import edge_logprobs
from tuneport.tokens import Sample
from tuneport.train.batching import Batching
from tuneport.train.objectives import Objective
from tuneport.train.out_of_memory import StepMemory


@dataclass(frozen=True)
class Evaluator:
    model: torch.nn.Module
    objective: Objective
    samples: list[Sample]
    sample_rows: int
    memory: StepMemory
    seed: int
    batching: Batching = field(default_factory=Batching)

    def evaluate_sample(self, step: int) -> tuple[float, float]:
        """Give mean loss (nats) and accuracy on `sample_rows` lines, drawn anew for each step."""
        size = min(self.sample_rows, len(self.samples))
        chosen = np.random.default_rng([self.seed, step]).choice(len(self.samples), size, replace=False)
        return self._measure([self.samples[index] for index in chosen])

    def evaluate_all(self) -> tuple[float, float]:
        return self._measure(self.samples)

    def _measure(self, samples: list[Sample]) -> tuple[float, float]:
        return self.memory.fit(lambda: self._evaluate(samples), self.model, samples)

    @torch.no_grad()
    def _evaluate(self, samples: list[Sample]) -> tuple[float, float]:
        self.model.eval()
        loss_sum = n_right = 0.0
        for batch in self.batching.micro_batches(samples, self.memory.micro_batch_tokens):
            output = self.objective.loss(batch.forest, edge_logprobs(self.model, batch.forest), batch.samples)
            if not batch.is_fill_in:
                loss_sum += float(output.loss_sum)
                n_right += float(output.n_right)
        sums = self.batching.parallel.sum_numbers({"loss": loss_sum, "right": n_right})
        count = self.objective.count(samples)
        return sums["loss"] / count, sums["right"] / count
