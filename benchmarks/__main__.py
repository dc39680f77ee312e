"""`python -m benchmarks [NAME …] [--out FOLDER]`: run the benchmarks named, or all of them, and print one table each.

What takes hours keeps its results in FOLDER and goes on from them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

BENCHMARKS = ("startup", "wire", "forest", "profile", "banking", "drone", "forecast", "data", "train", "sweep")


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
    if name == "startup":
        from benchmarks import startup

        return startup.main
    if name == "wire":
        from benchmarks import wire_load

        return wire_load.main
    if name == "forest":
        from benchmarks import forest_building

        return forest_building.main
    if name == "profile":
        from benchmarks import loop_profile

        return loop_profile.main
    if name == "forecast":
        from benchmarks import forecast_error

        return forecast_error.main
    if name == "data":
        from benchmarks.data_desk import table

        return table.main
    if name == "train":
        from benchmarks import train_table

        return lambda: train_table.main(out)
    if name == "sweep":
        from benchmarks import auto_sweep

        return lambda: auto_sweep.main(out)
    from benchmarks import hosted_flow

    return {"banking": hosted_flow.banking, "drone": hosted_flow.drone}[name]


if __name__ == "__main__":
    sys.exit(main())
