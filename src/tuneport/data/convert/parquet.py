"""Parquet: tables of columns, read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneport.core import DataError, require_package
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.parquet_pages import large_dictionaries
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.rules import MAX_LINE_BYTES

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch

_ROWS_AT_ONCE = 64
_MOST_DICTIONARY_BYTES = 2 * 2**20
"""Writers end a dictionary at one MiB. Of a larger one, each row could say the whole: such columns are read as they are
kept, each value once, which takes far longer where most are different."""


def read_parquet(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `InvalidRequest` where pyarrow is not installed, `DataError` for what is no Parquet."""
    require_package("pyarrow", extra="convert", what="Reading Parquet")
    import pyarrow
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path, read_dictionary=large_dictionaries(path, _MOST_DICTIONARY_BYTES)) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                for value in _values(batch):
                    number += 1
                    mistake = f"it is longer than {MAX_LINE_BYTES} bytes" if value is None else ""
                    yield Record(f"row {number}", value, mistake)
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
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
    return sum(map(_bytes_of, row.columns))


def _bytes_of(values: Array) -> int:
    from pyarrow import types

    if types.is_dictionary(values.type):
        return int(values.dictionary_decode().nbytes)
    if types.is_struct(values.type):
        return sum(map(_bytes_of, values.flatten()))
    if types.is_list(values.type) or types.is_large_list(values.type):
        return _bytes_of(values.flatten())
    return int(values.nbytes)
