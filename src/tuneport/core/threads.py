"""How this process shares the cores."""

from __future__ import annotations

import os


def sleep_while_waiting() -> None:
    """Let OpenMP's threads sleep while they wait for one another, not spin. Call before torch is imported.

    Spinning threads of a training run and of an engine on the same cores take each other's time: on two cores, both
    ran at a third of their speed.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
