"""`python -m benchmarks.serving [--model M] [--rounds N]`: prints the report as JSON."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from benchmarks.json_report import print_report
from benchmarks.serving.table import DEFAULT_MODEL, compare


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    return print_report(partial(compare, base_model=asked.model, rounds=asked.rounds))


if __name__ == "__main__":
    sys.exit(main())
