"""The check of a file beside its parsing alone, and beside the cookbook's method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from benchmarks.data_desk.cookbook_method import find_format_errors
from benchmarks.data_desk.measure import take_turns
from tuneport.data import check_file


def compare_check(path: Path) -> dict[str, Any]:
    """Measure on one file, of at most 256 MiB: a larger one is checked by several processes."""
    report = check_file(path)
    checking, parsing, plainly = take_turns(
        lambda: check_file(path), lambda: _parse_all(path), lambda: find_format_errors(path), rounds=7
    )
    return {
        "rows": report.n_rows,
        "megabytes": report.n_bytes / 1e6,
        "n_errors": report.n_errors,
        "check_seconds": checking,
        "speed_over_orjson": parsing / checking,
        "speed_over_cookbook": plainly / checking,
    }


def _parse_all(path: Path) -> None:
    with path.open("rb") as file:
        for line in file:
            orjson.loads(line)
