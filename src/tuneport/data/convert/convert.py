"""A file of other records → rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson

from tuneport.data.convert.containers import READERS, find_container
from tuneport.data.convert.options import ConvertOptions, check_options
from tuneport.data.convert.record import CannotConvert, Record
from tuneport.data.convert.report import ConvertReport, Tally
from tuneport.data.convert.shapes import convert_record, format_of
from tuneport.data.row_writer import RowWriter


def convert_file(path: Path, write: Callable[[bytes], object], options: ConvertOptions) -> ConvertReport:
    """Give `write` a chat row, or a preference row, for each record; those that cannot be one are reported.

    Rows come in the order of the records, and each passes the check. Memory does not grow with the file.
    Raises `DataError` where the file as a whole cannot be read, `InvalidRequest` for options that do not fit.
    """
    check_options(options)
    container = options.container or find_container(path, options)
    out, tally = RowWriter(write), Tally()
    for record in READERS[container](path, options, tally):
        tally.n_records += 1
        try:
            out.add(_row(record, options, tally))
        except CannotConvert as error:
            tally.refuse(record.where, str(error))
    out.flush()
    return tally.report(container)


def _row(record: Record, options: ConvertOptions, tally: Tally) -> bytes:
    if record.mistake:
        raise CannotConvert(record.mistake)
    row, shape = convert_record(record.value, options, tally)
    row_format = format_of(row)
    if tally.format not in ("empty", row_format):
        raise CannotConvert(f"it makes a {row_format} row, the records before it made {tally.format} rows")
    try:
        line = orjson.dumps(row)
    except orjson.JSONEncodeError as error:
        raise CannotConvert(f"it cannot be written as UTF-8 ({error}); name the encoding of the file") from error
    tally.format = row_format
    tally.shapes[shape] += 1
    return line
