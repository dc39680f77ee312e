"""What the model said of the rows before training: computed once, kept in the run folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tuneport.core import write_atomic
from tuneport.models import edge_logprobs
from tuneport.tokens import Sample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import row_logprobs
from tuneport.train.stopping import raise_if_stopping


def with_references(
    model: torch.nn.Module, samples: Sequence[Sample], max_nodes: int, file: Path, *, is_stopping: Callable[[], bool]
) -> list[Sample]:
    """Give the samples with their reference log-probabilities, from `file` or from `model` as it is now.

    `model` must be as it was before the first step unless `file` is there. Raises `Stopped`.
    """
    if file.exists():
        found = {int(line): tuple(values) for line, values in json.loads(file.read_bytes()).items()}
    else:
        found = _compute(model, samples, max_nodes, is_stopping)
        write_atomic(file, json.dumps(found).encode())
    return [replace(sample, reference_logprobs=found[sample.line]) for sample in samples]


@torch.no_grad()
def _compute(
    model: torch.nn.Module, samples: Sequence[Sample], max_nodes: int, is_stopping: Callable[[], bool]
) -> dict[int, tuple[float, ...]]:
    """Give line → log-probability of each of its rows."""
    model.eval()
    found: dict[int, tuple[float, ...]] = {}
    for batch in cut_into_micro_batches(samples, max_nodes):
        raise_if_stopping(is_stopping)
        forest = build_forest([row for sample in batch for row in sample.rows])
        values = iter(row_logprobs(forest, edge_logprobs(model, forest)).tolist())
        found.update({sample.line: tuple(next(values) for _ in sample.rows) for sample in batch})
    return found
