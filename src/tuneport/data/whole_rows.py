"""The rows of a file of JSON lines whose lines go on unchanged, good or broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tuneport.core import DataError
from tuneport.data.decoded import too_long
from tuneport.data.file_kind import find_file_mistake
from tuneport.data.reading import RawRow, read_rows


def read_whole_rows(path: Path) -> Iterator[RawRow]:
    """Give the rows. Raises `DataError` for a file that is no JSON lines, and at a line too long to be held."""
    mistake = find_file_mistake(path)
    if mistake is not None:
        raise DataError(f"This is no file of JSON lines: {mistake.found}. {mistake.hint}".rstrip(), mistake.code)
    for raw in read_rows(path):
        if raw.mistake is not None and raw.mistake.code == "line_too_long":
            raise too_long(raw.line)
        yield raw
