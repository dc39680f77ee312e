"""What the run will take, measured on its own rows before the first step."""

from __future__ import annotations

import resource
import sys
import time

import torch

from tuneport.config import DataReport, Forecast
from tuneport.models import trainable_parameters
from tuneport.train.loop import Loop
from tuneport.weights import expected_checkpoint_bytes


def forecast_run(
    loop: Loop,
    report: DataReport,
    validation_tokens: int,
    *,
    trains_all: bool,
    tokenizer_bytes: int,
    started: float,
) -> Forecast:
    """Compute gradients of some steps without taking them, and scale by the tokens that the run will compute.

    `trains_all`: every weight has a gradient, so that a backward pass takes twice a forward pass, not once.
    `tokenizer_bytes`: of the tokenizer, where each checkpoint has its own.
    `started`: when the run began to read its data, by the clock `time.monotonic`.
    """
    # The first pass pays for reading the weights from disk, which no later one does. The largest step shows the memory.
    loop.accumulate_gradients(loop.plan.samples_of(1)[:1])
    began, tokens = time.monotonic(), 0
    for step in {1, _largest_step(loop)}:
        tokens += loop.accumulate_gradients(loop.plan.samples_of(step)).tokens_computed
    seconds_per_token = (time.monotonic() - began) / tokens
    loop.optimizer.zero_grad(set_to_none=True)
    n_trained = sum(parameter.numel() for parameter in trainable_parameters(loop.model).values())
    n_epochs = loop.plan.schedule.n_epochs
    forward_share = 1 / 3 if trains_all else 1 / 2
    tokens_of_run = n_epochs * report.tokens_to_compute + _validations(loop) * validation_tokens * forward_share
    seconds = tokens_of_run * seconds_per_token + (time.monotonic() - started)
    return Forecast(
        seconds=seconds,
        peak_memory_bytes=peak_memory_bytes() + n_trained * 8,
        checkpoint_bytes=expected_checkpoint_bytes(
            n_trained,
            n_epochs=n_epochs,
            n_kept_epochs=loop.cadence.most_kept_epochs,
            n_between=int(seconds / loop.cadence.save_every_seconds),
            tokenizer_bytes=tokenizer_bytes,
        ),
    )


def _validations(loop: Loop) -> float:
    """Give how often the validation rows are computed: all of them after each epoch, a sample every few steps."""
    if loop.evaluator is None:
        return 0.0
    n_rows = len(loop.evaluator.samples)
    n_samples = loop.plan.total_steps // loop.cadence.eval_every_steps
    return loop.plan.schedule.n_epochs + n_samples * min(loop.evaluator.sample_rows, n_rows) / n_rows


def _largest_step(loop: Loop) -> int:
    """Give the step of the first epoch with the micro-batch of most nodes."""
    size = loop.memory.micro_batch_tokens

    def largest_micro_batch(step: int) -> int:
        return max(loop.batching.sizes(loop.plan.samples_of(step), size))

    return max(range(1, loop.plan.steps_per_epoch + 1), key=largest_micro_batch)


def peak_memory_bytes() -> int:
    """Give the most memory that this process has held: on the GPU if there is one, else of the machine."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
