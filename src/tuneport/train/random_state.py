"""The state of the random numbers that a run draws, so that what is done again draws the same ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def random_state() -> dict[str, Tensor]:
    """Give the state of the CPU's generator, and of the GPU's where there is one, by device type."""
    state = {"cpu": torch.get_rng_state()}
    return {**state, "cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else state


def set_random_state(state: Mapping[str, Tensor]) -> None:
    """Set the generators. A run may go on on a machine of another kind; the GPU's numbers are then others anyway."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])
