"""How this process shares the cores. Call before torch is imported: OpenMP reads its settings but once."""

from __future__ import annotations

import os

BRIEF_SPINS = 10_000
"""About half a millisecond."""


def sleep_while_waiting() -> None:
    """Let OpenMP's threads sleep while they wait for one another, not spin.

    Spinning threads of a training run and of an engine on the same cores take each other's time: on two cores, both
    ran at a third of their speed.
    """
    _wait(spins=0)


def spin_briefly_while_waiting() -> None:
    """Let OpenMP's threads spin a little before they sleep.

    An answer's token takes a few hundred waits of some microseconds, and a virtual machine whose core has fallen asleep
    takes a hundred to wake it: without spinning, an engine that was alone had half of its speed.
    """
    _wait(spins=BRIEF_SPINS)


def _wait(*, spins: int) -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # GNU's OpenMP, which torch and numba use, takes this before the policy.
    os.environ.setdefault("GOMP_SPINCOUNT", str(spins))
