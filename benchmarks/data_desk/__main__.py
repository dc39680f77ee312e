"""`python -m benchmarks.data_desk FILE --rows N --gigabytes G`: prints the report as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.data_desk.compare import compare_data_desk
from tuneport.core import TuneportError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.data_desk", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--model")
    asked = parser.parse_args()
    try:
        report = compare_data_desk(
            asked.file,
            lambda text: print(text, file=sys.stderr, flush=True),
            n_rows=asked.rows,
            gigabytes=asked.gigabytes,
            model=asked.model,
        )
    except TuneportError as error:
        print(json.dumps({"error": {"message": error.message, "code": error.code, "param": error.param}}))
        return 1
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
