"""What the machine's memory allows: an answer's next token reads every weight once."""

from __future__ import annotations

import time

import torch

N_NUMBERS = 2**27
REPEATS = 5


def read_bytes_per_second() -> float:
    """Measure how fast all cores together read half a gigabyte, best of a few times."""
    numbers = torch.ones(N_NUMBERS)
    numbers.sum()
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        numbers.sum()
        best = min(best, time.perf_counter() - started)
    return N_NUMBERS * numbers.element_size() / best
