"""A benchmark of the checkout's own `benchmarks`, run in a process without this one's limits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tuneport
from tuneport.core import InvalidRequest, NotFound, TrainingFailed

CHECKOUT = Path(tuneport.__file__).parents[2]


def run_benchmark(
    name: str, arguments: list[str], options: Mapping[str, object], *, checkout: Path = CHECKOUT
) -> dict[str, Any]:
    """Give the report of `python -m benchmarks.NAME`; progress goes to standard error.

    `options`: those that are `None` are left out. Raises `NotFound` where there is no checkout, and what went wrong.
    """
    require_benchmark(name, checkout)
    named = [text for option, value in options.items() if value is not None for text in (option, str(value))]
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments, *named]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, text=True) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            # It ends its own children; killed at once it would leave them running.
            process.terminate()
            raise
    return _read_report(output, process.returncode)


def require_benchmark(name: str, checkout: Path) -> None:
    """Raise `NotFound` where the checkout does not have it."""
    if not (checkout / "benchmarks" / name).is_dir():
        raise NotFound(
            f"{checkout} has no folder 'benchmarks': the comparisons are part of a checkout of Tuneport, not of the "
            "installed package. Clone the repository and run this command there.",
            code="benchmarks_not_found",
        )


def _read_report(output: str, status: int) -> dict[str, Any]:
    if not output:
        raise TrainingFailed(
            f"The comparison broke off with status {status}; what it said stands above. "
            "Run it again with fewer rows or a smaller batch.",
            code="comparison_broke_off",
        )
    report: dict[str, Any] = json.loads(output)
    if "error" in report:
        raise InvalidRequest(report["error"]["message"], code=report["error"]["code"], param=report["error"]["param"])
    return report
