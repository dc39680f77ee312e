"""A file of a gigabyte, on all cores, in memory that does not grow with it."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.data_desk.measure import watch_usage
from tuneport.data import check_file


def check_large_file(path: Path) -> dict[str, Any]:
    """Check it in a new process: what was measured before has left its memory in this one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_check, path).result()


def _check(path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    with watch_usage() as usage:
        report = check_file(path)
    seconds = time.perf_counter() - start
    return {
        "rows": report.n_rows,
        "gigabytes": report.n_bytes / 1e9,
        "n_errors": report.n_errors,
        "seconds": seconds,
        "cores_used": usage.cpu_seconds / seconds,
        "peak_megabytes": usage.peak_bytes / 1e6,
    }
