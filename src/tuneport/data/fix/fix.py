"""A file with mistakes → the same rows without those that can be put right without guessing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from tuneport.core import DataError
from tuneport.data.broken_json import explain_broken_json
from tuneport.data.decoded import find_encoding, first_line_of, read_chunks
from tuneport.data.file_kind import find_layout_mistake, packed_name
from tuneport.data.fix.exactness import UnrepairableError, check_exact
from tuneport.data.fix.report import FixReport, Repairs
from tuneport.data.fix.row_repairs import repair_row
from tuneport.data.fix.text_repairs import read_repaired
from tuneport.data.json_layout import Layout, find_layout, read_pieces
from tuneport.data.json_pieces import Piece
from tuneport.data.json_text import json_text
from tuneport.data.json_value import parse_json
from tuneport.data.repair_commands import CONVERT
from tuneport.data.row_writer import RowWriter

BYTE_ORDER_MARK = "byte_order_mark"
WINDOWS_LINE_ENDS = "windows_line_ends"
BLANK_LINE = "blank_line"
_CODE_OF_LAYOUT: dict[Layout, tuple[str, ...]] = {"list": ("json_array",), "indented": ("pretty_printed",), "lines": ()}


def fix_file(path: Path, write: Callable[[bytes], object]) -> FixReport:
    """Give `write` the repaired rows in UTF-8, one a line; what cannot be read stays as it is, and is reported.

    Raises `DataError` for a packed file or a table, where there are no rows to repair.
    """
    first_line = first_line_of(read_chunks(path))
    _refuse_other_kinds(path, first_line)
    layout = find_layout(first_line)
    out, repairs = RowWriter(write), Repairs()
    encoding = find_encoding(path)
    if encoding.name != "utf-8":
        repairs.counts["utf16_file"] += 1
    elif encoding.mark:
        repairs.counts[BYTE_ORDER_MARK] += 1
    kinds_of_file = _CODE_OF_LAYOUT[layout]
    for piece in read_pieces(read_chunks(path), layout):
        for row in _fixed(piece, kinds_of_file, repairs):
            out.add(row)
    out.flush()
    if kinds_of_file:
        # Once for the file, not for each of its rows.
        repairs.counts[kinds_of_file[0]] = 1
    return repairs.report(out.n_rows)


def _fixed(piece: Piece, kinds_of_file: tuple[str, ...], repairs: Repairs) -> Iterator[bytes]:
    """Give the rows of a line, or of a value that stands over several."""
    text = piece.content.strip()
    repairs.counts.update([WINDOWS_LINE_ENDS] if piece.content.endswith(b"\r\n") else [])
    if not text:
        repairs.counts[BLANK_LINE] += 1
        return
    try:
        rows, kinds = _repaired(text, piece.content)
    except UnrepairableError as error:
        repairs.left(piece.line, error.code, error.found)
        yield _on_one_line(text)
        return
    if kinds_of_file or kinds:
        repairs.changed(piece.line, (*kinds_of_file, *kinds), text, rows)
    yield from rows


def _repaired(text: bytes, content: bytes) -> tuple[list[bytes], tuple[str, ...]]:
    """Give the rows as they are to be written, and what was wrong in them; `content` is the text with its line end.

    Raises `UnrepairableError`.
    """
    found = read_repaired(text)
    if found is None:
        raise UnrepairableError(*_mistake_of(content))
    repaired = [repair_row(value) for value in found.values]
    kinds = (*found.kinds, *(kind for _, kinds in repaired for kind in kinds))
    if not kinds:
        return [_on_one_line(text)], ()
    if not found.kinds:
        check_exact(text)
    return [_written(row) for row, _ in repaired], kinds


def _written(row: Any) -> bytes:
    text = json_text(row)
    if text is None:
        raise UnrepairableError("nested_too_deep", "the row is nested too deep to be written again")
    return text


def _on_one_line(text: bytes) -> bytes:
    """Give the same JSON, where line breaks only stand between the parts; what is no JSON as it is."""
    if b"\n" not in text or not _is_json(text):
        return text
    return b" ".join(line.strip() for line in text.splitlines())


def _is_json(text: bytes) -> bool:
    try:
        parse_json(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _mistake_of(text: bytes) -> tuple[str, str]:
    """Give code and finding of a text that is no JSON."""
    try:
        parse_json(text)
    except orjson.JSONDecodeError as error:
        mistake = explain_broken_json(text, error)
        return mistake.code, mistake.found
    raise AssertionError("what is JSON was read")


def _refuse_other_kinds(path: Path, first_line: bytes) -> None:
    packed = packed_name(path)
    if packed is not None:
        raise DataError(f"The file begins as {packed} files do. Unpack it first.", code="compressed_file")
    mistake = find_layout_mistake(first_line.strip())
    if mistake is not None and mistake.code == "csv_file":
        raise DataError(f"The file is a table: {mistake.found}. {CONVERT}", code=mistake.code)
