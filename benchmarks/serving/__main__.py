"""`python -m benchmarks.serving [--model M] [--rounds N]`: prints the report as JSON."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from benchmarks.json_report import print_report
from benchmarks.serving.table import DEFAULT_MODEL
from tuneport.core import spin_briefly_while_waiting


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    # As an engine waits; both sides are in this process. Before torch is imported.
    spin_briefly_while_waiting()
    from benchmarks.serving.compare import compare_with_generate

    return print_report(partial(compare_with_generate, base_model=asked.model, rounds=asked.rounds))


if __name__ == "__main__":
    sys.exit(main())
