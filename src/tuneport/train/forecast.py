"""What the run will take, measured on its own rows before the first step."""

from __future__ import annotations

import resource
import sys
import time

import torch

from tuneport.config import DataReport, Forecast
from tuneport.models import trainable_parameters
from tuneport.train.loop import Loop

BYTES_PER_TRAINED_WEIGHT = 3 * 4
"""Adapter and AdamW's two moments, in fp32."""


def forecast_run(loop: Loop, report: DataReport, validation_tokens: int) -> Forecast:
    """Compute the gradient of one step without taking it, and scale by the tokens that the run will compute."""
    # The first pass pays for reading the weights from disk, which no later one does.
    loop.accumulate_gradients(loop.plan.samples_of(1)[:1])
    started = time.monotonic()
    sums = loop.accumulate_gradients(loop.plan.samples_of(1))
    seconds_per_token = (time.monotonic() - started) / sums.tokens_computed
    loop.optimizer.zero_grad(set_to_none=True)
    n_trained = sum(parameter.numel() for parameter in trainable_parameters(loop.model).values())
    n_epochs = loop.schedule.n_epochs
    # Without a backward pass a token takes about a third of the time.
    tokens = report.tokens_to_compute * n_epochs + validation_tokens * n_epochs / 3
    return Forecast(
        seconds=tokens * seconds_per_token,
        peak_memory_bytes=peak_memory_bytes() + n_trained * 8,
        checkpoint_bytes=n_trained * BYTES_PER_TRAINED_WEIGHT * min(n_epochs, loop.cadence.keep_checkpoints),
    )


def peak_memory_bytes() -> int:
    """Give the most memory that this process has held: on the GPU if there is one, else of the machine."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
