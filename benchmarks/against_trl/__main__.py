"""`python -m benchmarks.against_trl FILE --method M --rows N --batch-size B`: prints the report as JSON."""

from __future__ import annotations

import argparse
import signal
import sys
import types
from functools import partial
from pathlib import Path

from benchmarks.against_trl.compare import compare_with_trl
from benchmarks.json_report import print_report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_trl", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--method", choices=("supervised", "dpo"), default="supervised")
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--model")
    parser.add_argument("--memory-limit-gb", type=float)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    return print_report(
        partial(
            compare_with_trl,
            asked.file,
            method=asked.method,
            n_rows=asked.rows,
            batch_size=asked.batch_size,
            base_model=asked.model,
            memory_limit_gb=asked.memory_limit_gb,
        )
    )


def _interrupt(signal_number: int, frame: types.FrameType | None) -> None:
    """Let the side that runs now be ended too, as after Ctrl-C."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
