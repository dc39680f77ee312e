"""`python -m benchmarks.data_desk FILE --rows N --gigabytes G`: prints the report as JSON."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from benchmarks.data_desk.compare import compare_data_desk
from benchmarks.json_report import print_report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_desk", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--model")
    asked = parser.parse_args()
    return print_report(
        partial(compare_data_desk, asked.file, n_rows=asked.rows, gigabytes=asked.gigabytes, model=asked.model)
    )


if __name__ == "__main__":
    sys.exit(main())
