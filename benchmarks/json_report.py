"""What a benchmark of `tuneport bench` says: steps on stderr, then its report or its error as JSON on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tuneport.core import TuneportError

Say = Callable[[str], None]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def print_report(compare: Callable[[Say], dict[str, Any]]) -> int:
    """Print the report of `compare`, and give the exit status: 1 after an error of ours."""
    try:
        report = compare(say)
    except TuneportError as error:
        print(json.dumps({"error": {"message": error.message, "code": error.code, "param": error.param}}))
        return 1
    print(json.dumps(report))
    return 0
