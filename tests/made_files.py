"""What holds of the works that make new files, whatever the old one has in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuneport.core import DataError
from tuneport.data import (
    CONTAINERS,
    SHAPES,
    ConvertOptions,
    ConvertReport,
    DedupeReport,
    FixReport,
    check_file,
    convert_file,
    dedupe_file,
    fix_file,
)

SOURCES = (None, *CONTAINERS, *SHAPES)
NOT_FIXED = {"compressed_file", "csv_file", "not_utf8", "line_too_long"}
NOT_DEDUPED = {"compressed_file", "csv_file", "utf16_file", "json_array", "pretty_printed", "line_too_long"}


def assert_file_is_repaired(path: Path) -> None:
    """Its rows can be read unless they are told to be left, and there is nothing to repair in them again."""
    found, written = _made(fix_file, path)
    if isinstance(found, str):
        assert found in NOT_FIXED
        return
    assert isinstance(found, FixReport)
    if found.n_left == 0:
        assert written.count(b"\n") == found.n_rows
        for line in written.split(b"\n")[:-1]:
            json.loads(line)
        again, same = _made(fix_file, _beside(path, written))
        assert isinstance(again, str) or (again.counts, same) == ({}, written)


def assert_file_is_converted(path: Path, source: Any) -> None:
    """Each record becomes a row that is right, or is told."""
    found, written = _made(convert_file, path, ConvertOptions(source=source, assistant_speaker="Ann"))
    if isinstance(found, str):
        assert found != DataError.default_code
        return
    assert isinstance(found, ConvertReport)
    assert found.n_rows + found.n_refused == found.n_records
    assert written.count(b"\n") == found.n_rows
    method = "dpo" if found.format == "preference" else "supervised"
    check = check_file(_beside(path, written), method=method, is_training_file=False)
    assert check.n_rows == found.n_rows
    assert {error.code for error in check.errors} <= {"empty_file", "nothing_to_learn"}


def assert_file_is_deduped(path: Path) -> None:
    """Each row is kept or told, and none of those that are kept is the same as another."""
    found, written = _made(dedupe_file, path, by="prompt")
    if isinstance(found, str):
        assert found in NOT_DEDUPED
        return
    assert isinstance(found, DedupeReport)
    assert found.n_kept + found.n_removed == found.n_rows
    assert written.count(b"\n") == found.n_kept


def _made(work: Callable[..., Any], path: Path, *arguments: Any, **options: Any) -> tuple[Any, bytes]:
    """Give the work's report, or the code of its refusal, and what it wrote."""
    written: list[bytes] = []
    try:
        found = work(path, written.append, *arguments, **options)
    except DataError as error:
        found = error.code
    return found, b"".join(written)


def _beside(path: Path, content: bytes) -> Path:
    made = path.with_suffix(".made.jsonl")
    made.write_bytes(content)
    return made
