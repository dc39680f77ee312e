"""`python -m benchmarks [NAME …] [--out FOLDER]`: run the benchmarks named, or all of them, and print one table each.

What takes hours keeps its results in FOLDER and goes on from them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

BENCHMARKS = {
    "startup": "startup.main",
    "wire": "wire_load.main",
    "forest": "forest_building.main",
    "profile": "loop_profile.main",
    "banking": "hosted_flow.banking",
    "drone": "hosted_flow.drone",
    "forecast": "forecast_error.main",
    "data": "data_desk.table.main",
    "tools": "held_answers.tools.required",
    "tool-tuning": "held_answers.tools.tuned",
    "schemas": "held_answers.schemas.main",
    "mask": "held_answers.mask_cost.main",
    "serve": "serving.table.main",
    "load": "serving.load.main",
    "soak": "serving.soak.main",
    "train": "train_table.main",
    "sweep": "auto_sweep.main",
}
"""Name → module and function; those of `OF_FOLDER` take the folder."""
OF_FOLDER = frozenset({"train", "sweep"})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; without any, all")
    parser.add_argument(
        "--out", type=Path, default=Path("benchmark-results"), help="folder for results of 'train' and 'sweep'"
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark {unknown[0]!r}. Name one of: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in asked.names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        _benchmark(name, asked.out)()
    return 0


def _benchmark(name: str, out: Path) -> Callable[[], None]:
    """Import what the benchmark needs, and no more: some must not have torch in the process that measures."""
    module, _, function = BENCHMARKS[name].rpartition(".")
    run = getattr(import_module(f"benchmarks.{module}"), function)
    return partial(run, out) if name in OF_FOLDER else run


if __name__ == "__main__":
    sys.exit(main())
