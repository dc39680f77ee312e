"""What the programs that write a page do with it: keep it, or with `--check` only compare."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_check(target: Path, text: str) -> None:
    """Write the page; ends the program with what to do where `--check` was given and the page is another."""
    if "--check" not in sys.argv:
        target.write_text(text, encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != text:
        sys.exit(f"{target} does not fit the source. Run `python {sys.argv[0]}` and commit the result.")
