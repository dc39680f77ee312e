"""How many tokens a run computes at once: as few as lose no sharing, and no more than the machine's memory holds."""

from __future__ import annotations

from typing import Any

import torch

from tuneport.config import MemoryPlan, RuntimeSection
from tuneport.core import machine_memory_bytes
from tuneport.models import weights_dtype
from tuneport.train.batching import Batching
from tuneport.train.rows import StepPlan

CANDIDATES = {"cpu": (1024, 2048, 4096, 8192), "cuda": (8192, 16384, 32768, 65536)}
"""Fewer tokens at once would leave the device idle; more would gain nothing but sharing."""
WORTH = 1.1
"""More memory must save more than a tenth of the tokens to compute: twice the tokens at once are twice the memory."""
STEPS_COUNTED = 16
SHARE_OF_MEMORY = 0.5
SMALLEST = 256
BYTES_OVER_SAVED = 1.6
"""What a process holds at its peak over what autograd keeps, measured on a CPU."""


def plan_memory(
    runtime: RuntimeSection, plan: StepPlan, batching: Batching, config: Any, device: str, *, trains_all: bool
) -> MemoryPlan:
    """Give the plan of a new run. `config`: transformers' config of the base model; `device`: "cpu" or "cuda"."""
    if runtime.micro_batch_tokens is not None:
        tokens = runtime.micro_batch_tokens
    else:
        room = _device_memory_bytes(device) * SHARE_OF_MEMORY
        bytes_per_value = weights_dtype(device, trains_all=trains_all).itemsize
        tokens = _choose(plan, batching, CANDIDATES[device], int(room / bytes_per_token(config, bytes_per_value)))
    return MemoryPlan(micro_batch_tokens=tokens, recompute_activations=runtime.recompute_activations)


def bytes_per_token(config: Any, bytes_per_value: int) -> float:
    """Estimate the memory that one token of a micro-batch takes until its backward pass is done."""
    text = config.get_text_config()
    intermediate = getattr(text, "intermediate_size", None) or 4 * text.hidden_size
    values = text.num_hidden_layers * (9 * text.hidden_size + 4 * intermediate)
    return float(BYTES_OVER_SAVED * values * bytes_per_value)


def _choose(plan: StepPlan, batching: Batching, candidates: tuple[int, ...], most: int) -> int:
    fitting = [tokens for tokens in candidates if tokens <= most] or [max(SMALLEST, most)]
    steps = range(1, min(STEPS_COUNTED, plan.steps_per_epoch) + 1)
    to_compute = [sum(batching.count_nodes(plan.samples_of(step), tokens) for step in steps) for tokens in fitting]
    return next(tokens for tokens, nodes in zip(fitting, to_compute, strict=True) if nodes <= WORTH * min(to_compute))


def _device_memory_bytes(device: str) -> int:
    """Give all of it, not what is free now: a run's numbers must not hang on what else the machine does."""
    if device == "cuda":
        return int(torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory)
    return machine_memory_bytes()
