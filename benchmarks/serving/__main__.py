"""`python -m benchmarks.serving [--model M] [--rounds N]`: prints the report as JSON."""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.serving.compare import compare_with_generate
from benchmarks.serving.table import DEFAULT_MODEL
from tuneport.core import TuneportError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    try:
        report = compare_with_generate(
            lambda text: print(text, file=sys.stderr, flush=True), base_model=asked.model, rounds=asked.rounds
        )
    except TuneportError as error:
        print(json.dumps({"error": {"message": error.message, "code": error.code, "param": error.param}}))
        return 1
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
