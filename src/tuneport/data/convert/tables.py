"""CSV and TSV: a head, then a record in each line, or in several where a quoted cell has line breaks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tuneport.core import DataError
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.decoded import first_line_of, read_chunks, read_lines
from tuneport.data.rules import MAX_LINE_BYTES

MAX_COLUMNS = 2**14
"""As Excel has."""
_HEAD_BYTES = 2**16
_SEPARATORS = (",", ";", "\t", "|")


def read_csv(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `DataError` for a table without a head."""
    line = first_line_of(read_chunks(path, options.encoding))
    return _read(path, options, tally, find_separator(line) or ",")


def read_tsv(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `DataError` for a table without a head."""
    return _read(path, options, tally, "\t")


def find_separator(head: bytes) -> str | None:
    """Give what parts the head into the most cells; `None` where it has one cell only."""
    # A lone \r would be a line end to the reader, a very long cell an error: neither is in a head.
    text = head[:_HEAD_BYTES].decode("utf-8", "surrogateescape").strip().partition("\r")[0]
    n_cells = {separator: len(next(csv.reader([text], delimiter=separator), [])) for separator in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda separator: n_cells[separator])
    return best if n_cells[best] > 1 else None


def checked_head(cells: Sequence[str], where: str) -> list[str]:
    """Give the columns' names, empty for one without. Raises `DataError` for a name that stands there twice."""
    head = [cell.strip() for cell in cells]
    if len(head) > MAX_COLUMNS:
        raise DataError(
            f"{where}: the table has {len(head)} columns, and at most {MAX_COLUMNS} are read. Save only those in use.",
            code="too_many_columns",
        )
    repeated = sorted(name for name, count in Counter(head).items() if name and count > 1)
    if repeated:
        raise DataError(
            f"{where}: the table has the column {repeated[0]!r} more than once. Give each column its own name.",
            code="repeated_column",
        )
    return head


def table_record(cells: Sequence[Any], head: list[str], where: str, tally: Tally) -> Record:
    """Give the cells by their columns' names; what has no name is noted."""
    if len(cells) > len(head):
        return Record(where, None, f"it has {len(cells)} cells, and the table's head has {len(head)}")
    for number, (name, cell) in enumerate(zip(head, cells, strict=True), start=1):
        if not name and cell not in (None, ""):
            tally.note(f"column {number}, which has no name, left out")
    return Record(where, {name: cell for name, cell in zip(head, cells, strict=True) if name})


def _read(path: Path, options: ConvertOptions, tally: Tally, separator: str) -> Iterator[Record]:
    # Python's own limit is 128 kB, which a long text passes.
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = read_lines(read_chunks(path, options.encoding))
    # Strict: a quote that is missing would take the lines behind it into one cell, in silence.
    reader = csv.reader((line.decode("utf-8", "surrogateescape") for line in lines), delimiter=separator, strict=True)
    head: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(f"line {line}", None, _why_unreadable(line, reader.line_num, error))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if head is None:
            head = checked_head(cells, f"line {line}")
        else:
            # Programs leave out empty cells at the end of a line.
            cells += [""] * (len(head) - len(cells))
            yield table_record(cells, head, f"line {line}", tally)


def _why_unreadable(line: int, end: int, error: csv.Error) -> str:
    where = "here" if line == end else f"from here to line {end}"
    return (
        f"the table cannot be read {where} ({error}). A cell that begins with a quote has to end with one, "
        "and a quote within it is written twice"
    )
