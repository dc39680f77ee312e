"""Server and engine while the soak lasts: how much memory they hold, and the engine's two violent ends."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from benchmarks.json_report import say

EVERY_SECONDS = 2.0
TOLD_EVERY_SECONDS = 60.0
SETTLING_SECONDS = 300.0
"""An engine that has answered for so long has filled its caches: of keys and values, and of adapters."""
SPAN_SECONDS = 30.0
"""Memory goes up and down with the requests of a moment: it is the median over such a time."""


@dataclass(frozen=True)
class Sample:
    seconds: float
    n_bytes: int


@dataclass
class Watched:
    kills: list[float] = field(default_factory=list)
    server: list[Sample] = field(default_factory=list)
    engines: dict[int, list[Sample]] = field(default_factory=dict)
    """Process id → its samples, in the order in which they were started."""


@dataclass(frozen=True)
class Growth:
    """Bytes once a process had settled, and at the end."""

    settled: float
    end: float

    @property
    def share(self) -> float:
        return self.end / self.settled - 1


def watch(server: psutil.Process, ends_at: float, kills_at: Sequence[float]) -> Watched:
    """Look at both processes until the time is over; kill the engine at the times given."""
    watched, due, told_at = Watched(), list(kills_at), 0.0
    while (now := time.monotonic()) < ends_at:
        # A process may end between two looks at it.
        with contextlib.suppress(psutil.NoSuchProcess):
            watched.server.append(Sample(now, _own_bytes(server)))
            engine = _engine_of(server)
            if engine is not None:
                watched.engines.setdefault(engine.pid, []).append(Sample(now, _own_bytes(engine)))
            if engine is not None and due and now >= due[0]:
                engine.kill()
                del due[0]
                watched.kills.append(now)
        if now - told_at > TOLD_EVERY_SECONDS:
            told_at = now
            _tell(watched, ends_at - now)
        time.sleep(EVERY_SECONDS)
    return watched


def growth_of(samples: Sequence[Sample]) -> Growth | None:
    """Give how a process grew after it had settled; `None` where it did not live long enough to tell."""
    if not samples:
        return None
    settled_at, ended_at = samples[0].seconds + SETTLING_SECONDS, samples[-1].seconds
    if ended_at - settled_at < 2 * SPAN_SECONDS:
        return None
    return Growth(_median(samples, settled_at), _median(samples, ended_at - SPAN_SECONDS))


def _median(samples: Sequence[Sample], begins_at: float) -> float:
    return statistics.median(
        sample.n_bytes for sample in samples if begins_at <= sample.seconds <= begins_at + SPAN_SECONDS
    )


def _engine_of(server: psutil.Process) -> psutil.Process | None:
    return next((child for child in server.children() if "tuneport.inference" in child.cmdline()), None)


def _own_bytes(process: psutil.Process) -> int:
    """Give what the process holds but pages of files, which the machine takes back when it needs them."""
    memory = process.memory_info()
    own: int = memory.rss - memory.shared
    return own


def _tell(watched: Watched, seconds_left: float) -> None:
    engine = list(watched.engines.values())[-1][-1].n_bytes / 1e6 if watched.engines else 0
    say(f"{seconds_left:.0f} s left; server {watched.server[-1].n_bytes / 1e6:.0f} MB, engine {engine:.0f} MB")
