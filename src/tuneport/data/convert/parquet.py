"""Parquet: tables of columns, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tuneport.core import DataError, require_package
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally

_ROWS_AT_ONCE = 1000


def read_parquet(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `InvalidRequest` where pyarrow is not installed, `DataError` for what is no Parquet."""
    require_package("pyarrow", extra="convert", what="Reading Parquet")
    import pyarrow
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                for value in batch.to_pylist():
                    number += 1
                    yield Record(f"row {number}", value)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"After row {number}, the Parquet file cannot be read: {error}. Write it again.", code="broken_parquet"
        ) from error
