"""`python -m benchmarks [NAME …]`: run the benchmarks named, or all of them, and print one table each."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import hosted_flow, startup

BENCHMARKS: dict[str, Callable[[], None]] = {
    "startup": startup.main,
    "banking": hosted_flow.banking,
    "drone": hosted_flow.drone,
}


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark {unknown[0]!r}. Name one of: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in names:
        print(f"\n## {name}\n", flush=True)
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
