"""What a run does when its memory does not suffice: compute less at once, then compute twice, then say what would fit.

On Linux, memory that is not there kills a process without a word. So a run on a CPU limits itself to what is free
when it starts: an allocation beyond that fails as an error, which can be answered.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch

from tuneport.config import MemoryPlan
from tuneport.core import TrainingFailed, free_machine_memory_bytes
from tuneport.models import recompute_activations
from tuneport.tokens import Sample
from tuneport.train.memory_plan import SMALLEST
from tuneport.train.random_state import random_state, set_random_state

T = TypeVar("T")

SHARE_OF_FREE_MEMORY = 0.95


def limit_to_free_memory() -> None:
    """Let allocations fail, on Linux without a GPU, where the machine has no more memory to give."""
    if sys.platform != "linux" or torch.cuda.is_available():
        return
    import resource

    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    held = int(fields["VmData"].split()[0]) * 1024
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = held + int(free_machine_memory_bytes() * SHARE_OF_FREE_MEMORY)
    if soft == resource.RLIM_INFINITY or limit < soft:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


@dataclass
class StepMemory:
    """The plan that a run's steps follow, changed where it did not hold."""

    plan: MemoryPlan
    on_change: Callable[[MemoryPlan, str], None]
    """Is given the new plan and what to tell the user."""
    is_fixed: bool = False
    """Several processes keep their plan: one that began a step again would not meet the others in its sums."""

    @property
    def micro_batch_tokens(self) -> int:
        return self.plan.micro_batch_tokens

    def fit(self, compute: Callable[[], T], model: torch.nn.Module, samples: Sequence[Sample]) -> T:
        """Give what `compute` makes of `samples`, begun again under a smaller plan each time that memory runs out.

        Each attempt draws the same random numbers. Raises `TrainingFailed` where nothing is left to change.
        """
        state = random_state()
        while True:
            try:
                return compute()
            except Exception as error:
                if self.is_fixed or not is_out_of_memory(error):
                    raise
            # After the handler, since the error holds on to the tensors of its frames.
            self._relieve(model, samples)
            set_random_state(state)

    def _relieve(self, model: torch.nn.Module, samples: Sequence[Sample]) -> None:
        """Change the plan for less memory, and say so. Raises `TrainingFailed` where nothing is left to change."""
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        longest = max(samples, key=lambda sample: sample.n_tokens)
        tokens = self.plan.micro_batch_tokens
        if tokens > max(SMALLEST, longest.n_tokens):
            self._change(
                MemoryPlan(micro_batch_tokens=tokens // 2, recompute_activations=self.plan.recompute_activations),
                f"Out of memory with micro-batches of {tokens} tokens; going on with {tokens // 2}.",
            )
        elif not self.plan.recompute_activations:
            recompute_activations(model)
            self._change(
                MemoryPlan(micro_batch_tokens=tokens, recompute_activations=True),
                f"Out of memory with micro-batches of {tokens} tokens; going on with each layer computed twice "
                "instead of remembered, which takes a third more time.",
            )
        else:
            raise TrainingFailed(
                f"Out of memory, also with micro-batches of {tokens} tokens and layers computed twice. The row on line "
                f"{longest.line} has {longest.n_tokens} tokens and is computed at once. Shorten the longest rows, "
                "train with quantization 'nf4' or a smaller base model, or give the machine more memory.",
                code="out_of_memory",
            )

    def _change(self, plan: MemoryPlan, message: str) -> None:
        self.plan = plan
        self.on_change(plan, message)
