"""What the model said of the rows before training: computed once, kept in the run folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tuneport.core import write_atomic
from tuneport.models import edge_logprobs
from tuneport.tokens import Sample
from tuneport.train.batching import Batching
from tuneport.train.objectives import row_logprobs
from tuneport.train.out_of_memory import StepMemory


def with_references(
    model: torch.nn.Module,
    samples: Sequence[Sample],
    batching: Batching,
    memory: StepMemory,
    file: Path,
) -> list[Sample]:
    """Give the samples with their reference log-probabilities, from `file` or from `model` as it is now.

    `model` must be as it was before the first step unless `file` is there. Raises `Stopped`.
    """
    if batching.parallel.any(not file.exists()):
        mine = memory.fit(lambda: _compute(model, samples, batching, memory.micro_batch_tokens), model, samples)
        found = batching.parallel.merge(mine)
        if batching.parallel.is_first:
            write_atomic(file, json.dumps(found).encode())
    else:
        found = {int(line): tuple(values) for line, values in json.loads(file.read_bytes()).items()}
    return [replace(sample, reference_logprobs=found[sample.line]) for sample in samples]


@torch.no_grad()
def _compute(
    model: torch.nn.Module, samples: Sequence[Sample], batching: Batching, max_nodes: int
) -> dict[int, tuple[float, ...]]:
    """Give line → log-probability of each of its rows."""
    model.eval()
    found: dict[int, tuple[float, ...]] = {}
    for batch in batching.micro_batches(samples, max_nodes):
        values = iter(row_logprobs(batch.forest, edge_logprobs(model, batch.forest)).tolist())
        found.update({sample.line: tuple(next(values) for _ in sample.rows) for sample in batch.samples})
    return found
