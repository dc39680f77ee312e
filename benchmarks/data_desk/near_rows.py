"""Near-duplicates, and everything else that is said of a file's quality, over many rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.data_desk.measure import watch_usage
from tuneport.data.quality import review_quality


def review_many_rows(path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    with watch_usage() as usage:
        report = review_quality(path)
    return {
        "rows": report.n_rows,
        "seconds": time.perf_counter() - start,
        "cores_used": usage.cpu_seconds / (time.perf_counter() - start),
        "peak_megabytes": usage.peak_bytes / 1e6,
    }
