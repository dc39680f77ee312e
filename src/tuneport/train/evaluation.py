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
class _Sums:
    loss_sum: float
    n_right: float
    count: float


@dataclass(frozen=True)
class Evaluator:
    model: torch.nn.Module
    objective: Objective
    samples: list[Sample]
    sample_rows: int
    memory: StepMemory
    seed: int
    batching: Batching = field(default_factory=Batching)
    trained_lines: frozenset[int] | None = None
    """Lines of samples that ask what training asks, to be counted apart; `None` where nobody looked for them."""

    def evaluate_sample(self, step: int) -> tuple[float, float]:
        """Give mean loss (nats) and accuracy on `sample_rows` lines, drawn anew for each step."""
        size = min(self.sample_rows, len(self.samples))
        chosen = np.random.default_rng([self.seed, step]).choice(len(self.samples), size, replace=False)
        sums = self._measure([self.samples[index] for index in chosen])
        return sums.loss_sum / sums.count, sums.n_right / sums.count

    def evaluate_all(self) -> dict[str, float]:
        """Measure all lines; gives the fields of `StepMetrics` that are due after an epoch."""
        trained_lines = self.trained_lines or frozenset()
        unseen = self._measure([sample for sample in self.samples if sample.line not in trained_lines])
        others = self._measure([sample for sample in self.samples if sample.line in trained_lines])
        count = unseen.count + others.count
        whole = {
            "full_valid_loss": (unseen.loss_sum + others.loss_sum) / count,
            "full_valid_accuracy": (unseen.n_right + others.n_right) / count,
        }
        if self.trained_lines is None:
            return whole
        return {**whole, "n_unseen": int(unseen.count), "n_unseen_right": unseen.n_right}

    def _measure(self, samples: list[Sample]) -> _Sums:
        if not samples:
            return _Sums(0.0, 0.0, 0.0)
        return self.memory.fit(lambda: self._evaluate(samples), self.model, samples)

    @torch.no_grad()
    def _evaluate(self, samples: list[Sample]) -> _Sums:
        self.model.eval()
        loss_sum = n_right = 0.0
        for batch in self.batching.micro_batches(samples, self.memory.micro_batch_tokens):
            output = self.objective.loss(batch.forest, edge_logprobs(self.model, batch.forest), batch.samples)
            if not batch.is_fill_in:
                loss_sum += float(output.loss_sum)
                n_right += float(output.n_right)
        sums = self.batching.parallel.sum_numbers({"loss": loss_sum, "right": n_right})
        return _Sums(sums["loss"], sums["right"], self.objective.count(samples))
