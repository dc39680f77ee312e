"""Validation loss and token accuracy, a micro-batch at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from peft import PeftModel

from tuneport.models import edge_logprobs
from tuneport.tokens import TokenizedExample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import supervised_loss


@dataclass(frozen=True)
class Evaluator:
    model: PeftModel
    rows: list[TokenizedExample]
    sample_rows: int
    max_nodes: int
    seed: int

    def evaluate_sample(self, step: int) -> tuple[float, float]:
        """Give loss (nats per token) and token accuracy on `sample_rows` rows, drawn anew for each step."""
        size = min(self.sample_rows, len(self.rows))
        chosen = np.random.default_rng([self.seed, step]).choice(len(self.rows), size, replace=False)
        return self._evaluate([self.rows[index] for index in chosen])

    def evaluate_all(self) -> tuple[float, float]:
        return self._evaluate(self.rows)

    @torch.no_grad()
    def _evaluate(self, rows: list[TokenizedExample]) -> tuple[float, float]:
        self.model.eval()
        loss_sum = loss_tokens = n_correct = 0.0
        for batch in cut_into_micro_batches(rows, self.max_nodes):
            forest = build_forest(batch)
            output = supervised_loss(forest, edge_logprobs(self.model, forest))
            loss_sum += float(output.loss_sum)
            loss_tokens += output.loss_tokens
            n_correct += output.n_correct
        return loss_sum / loss_tokens, n_correct / loss_tokens
