"""CSV and TSV: a head, then a record in each line, or in several where a quoted cell has line breaks."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

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
    return _read(path, options, find_separator(line) or ",")


def read_tsv(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `DataError` for a table without a head."""
    return _read(path, options, "\t")


def find_separator(head: bytes) -> str | None:
    """Give what parts the head into the most cells; `None` where it has one cell only."""
    # A lone \r would be a line end to the reader, a very long cell an error: neither is in a head.
    text = head[:_HEAD_BYTES].decode("utf-8", "surrogateescape").strip().partition("\r")[0]
    n_cells = {separator: len(next(csv.reader([text], delimiter=separator), [])) for separator in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda separator: n_cells[separator])
    return best if n_cells[best] > 1 else None


def _read(path: Path, options: ConvertOptions, separator: str) -> Iterator[Record]:
    # Python's own limit is 128 kB, which a long text passes.
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = read_lines(read_chunks(path, options.encoding))
    reader = csv.reader((line.decode("utf-8", "surrogateescape") for line in lines), delimiter=separator)
    head: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(f"line {line}", None, f"the table cannot be read here: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if head is None:
            head = _checked_head(cells)
        else:
            yield _record(cells, head, line)


def _checked_head(cells: list[str]) -> list[str]:
    head = [cell.strip() for cell in cells]
    if len(head) > MAX_COLUMNS:
        raise DataError(
            f"line 1: the table has {len(head)} columns, and at most {MAX_COLUMNS} are read. Save only those in use.",
            code="too_many_columns",
        )
    repeated = sorted(name for name, count in Counter(head).items() if name and count > 1)
    if repeated:
        raise DataError(
            f"line 1: the table has the column {repeated[0]!r} more than once. Give each column its own name.",
            code="repeated_column",
        )
    return head


def _record(cells: list[str], head: list[str], line: int) -> Record:
    if len(cells) > len(head):
        return Record(f"line {line}", None, f"it has {len(cells)} cells, and the table's head has {len(head)}")
    # Programs leave out empty cells at the end of a line.
    return Record(f"line {line}", {name: cell for name, cell in zip_longest(head, cells, fillvalue="") if name})
