"""Parquet: tables of columns, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneport.core import DataError, require_package
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.rules import MAX_LINE_BYTES

if TYPE_CHECKING:
    from pyarrow import RecordBatch

_ROWS_AT_ONCE = 64


def read_parquet(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `InvalidRequest` where pyarrow is not installed, `DataError` for what is no Parquet."""
    require_package("pyarrow", extra="convert", what="Reading Parquet")
    import pyarrow
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                for value in _values(batch):
                    number += 1
                    mistake = f"it is longer than {MAX_LINE_BYTES} bytes" if value is None else ""
                    yield Record(f"row {number}", value, mistake)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"After row {number}, the Parquet file cannot be read: {error}. Write it again.", code="broken_parquet"
        ) from error


def _values(batch: RecordBatch) -> Iterator[dict[str, Any] | None]:
    """Give each row, `None` for one that is longer than any row may be."""
    # A column may hold equal values once, so that each row could be as large as all of them.
    if batch.nbytes * batch.num_rows <= MAX_LINE_BYTES:
        yield from batch.to_pylist()
        return
    for place in range(batch.num_rows):
        row = batch.slice(place, 1)
        yield row.to_pylist()[0] if _written_out(row) <= MAX_LINE_BYTES else None


def _written_out(row: RecordBatch) -> int:
    """Give its bytes without those of the other rows' values."""
    columns = (column.dictionary_decode() if hasattr(column, "dictionary") else column for column in row.columns)
    return sum(column.nbytes for column in columns)
