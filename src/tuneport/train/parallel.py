"""Several processes, started by torchrun, that train one run together.

Each computes its share of a step's samples and all of them add up their gradients, so every process takes the same
optimizer step. One process alone is a world of one, in which nothing is sent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist

from tuneport.core import InvalidRequest

Key = TypeVar("Key")
T = TypeVar("T")

PATIENCE = timedelta(hours=1)
"""How long one process waits for the others: as long as loading a large model on the slowest disk."""


class Stopped(Exception):
    """The run was asked to stop and did, between two micro-batches."""


@dataclass
class Parallel:
    rank: int = 0
    n_processes: int = 1
    wants_stop: Callable[[], bool] = lambda: False
    _is_stop_agreed: bool = field(default=False, init=False)
    _messages: Any = field(default=None, init=False)

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes the run folder."""
        return self.rank == 0

    def begin_step(self, seed: int, step: int) -> None:
        """Agree on whether to stop, and let each process but the first draw random numbers of its own.

        The first one's go on from its checkpoint; the others' follow from `seed` and `step`, so need no saving.
        """
        if self.n_processes == 1:
            return
        self._is_stop_agreed = self.any(self.wants_stop())
        if not self.is_first:
            torch.manual_seed(hash((seed, step, self.rank)))

    def raise_if_stopping(self) -> None:
        """Raise `Stopped` where the run is to stop; several processes do so before the next step, all at once."""
        if self.wants_stop() if self.n_processes == 1 else self._is_stop_agreed:
            raise Stopped

    def agreed(self, value: T) -> T:
        """Give the first process's value."""
        first: T = self._from_all(value)[0]
        return first

    def any(self, flag: bool) -> bool:
        """Give whether `flag` is true in some process."""
        return any(self._from_all(flag))

    def sum_numbers(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """Add up what the processes have under each name; one that has computed nothing may have no names."""
        sums: dict[str, float] = {}
        for part in self._from_all(dict(numbers)):
            for name, value in part.items():
                sums[name] = sums.get(name, 0.0) + value
        return sums

    def merge(self, found: Mapping[Key, Any]) -> dict[Key, Any]:
        """Give the entries of all processes."""
        merged: dict[Key, Any] = {}
        for part in self._from_all(dict(found)):
            merged.update(part)
        return merged

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add up the gradients of all processes, in one buffer."""
        if self.n_processes == 1:
            return
        wanted = list(parameters)
        for parameter in wanted:
            # A process without a sample in this step has no gradient, but its place in the buffer.
            parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        gradients = [parameter.grad for parameter in wanted if parameter.grad is not None]
        buffer = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(buffer)
        for gradient, summed in zip(gradients, torch.split(buffer, [one.numel() for one in gradients]), strict=True):
            gradient.copy_(summed.view_as(gradient))

    def _from_all(self, value: Any) -> list[Any]:
        if self.n_processes == 1:
            return [value]
        if self._messages is None:
            # Small messages go between the CPUs: a GPU would be waited for.
            self._messages = dist.new_group(backend="gloo", timeout=PATIENCE)
        found: list[Any] = [None] * self.n_processes
        dist.all_gather_object(found, value, group=self._messages)
        return found


def check_gpus(n_gpus: int, n_processes: int) -> None:
    """Raise `InvalidRequest` where a machine has GPUs, and fewer than it has processes of the run."""
    if 0 < n_gpus < n_processes:
        raise InvalidRequest(
            f"The run is {n_processes} processes on this machine, which has {n_gpus} GPU(s); each process needs one of "
            f"its own. Set 'training_processes' to {n_gpus}, or hide the GPUs from the server to train on the CPU.",
            code="too_few_gpus",
        )


def processes_here() -> int:
    """Give how many processes of the run are on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


@contextmanager
def joined_processes(wants_stop: Callable[[], bool]) -> Iterator[Parallel]:
    """Join the processes that torchrun started beside this one, if it did, until the block ends."""
    n_processes = int(os.environ.get("WORLD_SIZE", "1"))
    if n_processes == 1:
        yield Parallel(wants_stop=wants_stop)
        return
    if torch.cuda.is_available():
        # A process without a GPU of its own is refused by `check_gpus`, once there is a journal to say so.
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=PATIENCE)
    try:
        yield Parallel(dist.get_rank(), n_processes, wants_stop)
    finally:
        dist.destroy_process_group()
