"""Times taken by turns, so that a machine's slow minute slows all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

_SAMPLE_SECONDS = 0.02


def take_turns(*works: Callable[[], object], rounds: int = 3) -> list[float]:
    """Give the shortest time of each, in seconds."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


class Usage:
    """What this process and its children take together."""

    peak_bytes = 0
    cpu_seconds = 0.0


@contextmanager
def watch_usage() -> Iterator[Usage]:
    usage, is_over = Usage(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(usage, is_over))
    before = _cpu_seconds()
    watcher.start()
    try:
        yield usage
    finally:
        is_over.set()
        watcher.join()
        usage.cpu_seconds = max(usage.cpu_seconds, _cpu_seconds()) - before


def _watch(usage: Usage, is_over: threading.Event) -> None:
    while not is_over.wait(_SAMPLE_SECONDS):
        usage.peak_bytes = max(usage.peak_bytes, sum(_memory_of(each) for each in _family()))


def _family() -> list[psutil.Process]:
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _memory_of(process: psutil.Process) -> int:
    try:
        # Pages that processes share are counted in each: what is told is never too little.
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _cpu_seconds() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
