"""How this process shares the cores. Call before torch is imported: OpenMP reads its settings but once."""

from __future__ import annotations

import os

ENGINE_SPINS = 10_000
"""About half a millisecond. An answer's token takes a few hundred waits of some microseconds each."""
TRAINING_SPINS = 1_000
"""More gains a run that is alone little, and takes from an engine beside it."""


def spin_while_waiting(spins: int) -> None:
    """Let OpenMP's threads look `spins` times whether the others are done before they sleep; 0 lets them sleep at once.

    A virtual machine whose core has fallen asleep takes a tenth of a millisecond to wake it, which cost an engine half
    of its speed and a run a fifth. Spinning without end, a run and an engine on the same two cores both ran at a third.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # GNU's OpenMP, which torch and numba use, takes this before the policy.
    os.environ.setdefault("GOMP_SPINCOUNT", str(spins))
