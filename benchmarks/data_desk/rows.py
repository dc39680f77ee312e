"""Data files of any length, out of the rows of a small one: each row gets a number, so that none is a repeat."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import orjson


def write_rows(source: Path, out: Path, *, n_rows: int | None = None, n_bytes: int | None = None) -> int:
    """Write so many chat rows, or so many bytes of them, and give the number of rows."""
    written = count = 0
    with out.open("wb") as file:
        for line in _numbered_rows(source):
            if count == n_rows or (n_bytes is not None and written >= n_bytes):
                break
            written += file.write(line)
            count += 1
    return count


def _numbered_rows(source: Path) -> Iterator[bytes]:
    rows = [orjson.loads(line) for line in source.read_bytes().splitlines() if line.strip()]
    texts = [row["messages"][-1]["content"] for row in rows]
    for number, (row, text) in enumerate(cycle(zip(rows, texts, strict=True))):
        row["messages"][-1]["content"] = f"{text or ''} {number}"
        yield orjson.dumps(row) + b"\n"
