"""Excel's workbooks: the first sheet, whose first row is the head."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from tuneport.core import DataError
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.convert.tables import checked_head, table_record
from tuneport.data.convert.zips import BROKEN_ZIP, ZipBytes

MAX_HELD_BYTES = 64 * 2**20
"""Of what is held in memory as a whole: a row, or a part of the workbook such as the texts that its cells share."""
MAX_ROWS = 2**20
"""The most that Excel has; a row of a higher number would be reached over as many empty ones."""
_CHUNK_BYTES = 2**20
_END_OF_ROW = re.compile(rb"</(?:\w{1,30}:)?row\b")
_NO_ELEMENT = re.compile(rb"<!|<\?(?!xml\b)")
"""What may hold the end of a row as text, such as a CDATA section; no program writes it into a sheet."""
_SHEETS = "xl/worksheets/"
_BROKEN = (*BROKEN_ZIP, ParseError, KeyError, ValueError, TypeError, AttributeError)


def read_xlsx(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Raises `DataError` for what is no workbook, or one of which too much would be held in memory."""
    # It reads XML with Python's own parser, and takes a while to import.
    from openpyxl import load_workbook

    try:
        _refuse_large_parts(path)
        with ZipBytes(path) as file:
            workbook = load_workbook(file, read_only=True, data_only=True)
            for name in workbook.sheetnames[1:]:
                tally.note(f"sheet {name!r} left out")
            sheet = workbook.worksheets[0]
            # What a sheet says of its own size may be far more than it has.
            sheet.reset_dimensions()
            yield from _records(sheet.iter_rows(values_only=True), tally)
    except _BROKEN as error:
        raise DataError(
            f"The workbook cannot be read: {error}. Save it again, or save the sheet as CSV.", code="broken_workbook"
        ) from error


def _records(rows: Iterator[tuple[Any, ...]], tally: Tally) -> Iterator[Record]:
    head: list[str] | None = None
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise ValueError(f"it has a row of a higher number than {MAX_ROWS}")
        # Cells that have no more than a colour are none.
        n_cells = max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)
        if not n_cells:
            continue
        if head is None:
            head = checked_head(["" if cell is None else str(cell) for cell in cells[:n_cells]], f"row {number}")
        else:
            filled = [*cells[:n_cells], *repeat(None, len(head) - n_cells)]
            yield table_record(filled, head, f"row {number}", tally)


def _refuse_large_parts(path: Path) -> None:
    with ZipBytes(path) as source, zipfile.ZipFile(source) as archive:
        for part in archive.infolist():
            if part.file_size > MAX_HELD_BYTES and not (part.filename.startswith(_SHEETS) and _has_rows(archive, part)):
                raise DataError(
                    f"The workbook's part {part.filename!r} has more than {MAX_HELD_BYTES} bytes in one piece. "
                    "Save the sheet as CSV.",
                    code="workbook_too_large",
                )


def _has_rows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a sheet's rows end often enough that none is too large."""
    n_held, before = 0, b""
    with archive.open(part) as sheet:
        for chunk in iter(partial(sheet.read, _CHUNK_BYTES), b""):
            if _NO_ELEMENT.search(before + chunk):
                return False
            n_held = 0 if _END_OF_ROW.search(before + chunk) else n_held + len(chunk)
            if n_held > MAX_HELD_BYTES:
                return False
            before = chunk[-40:]
    return True
