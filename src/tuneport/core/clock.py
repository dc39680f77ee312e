"""The time, behind one name, so that a test can pass its own clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> int:
        """Give seconds since 1970, whole, as the wire has them."""
        ...


class SystemClock:
    def now(self) -> int:
        return int(time.time())
