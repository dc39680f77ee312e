"""Bytes → JSON values with their lines, a row at a time, whatever the bytes are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import orjson

from tuneport.data.broken_json import Mistake, explain_broken_json
from tuneport.data.rules import MAX_LINE_BYTES

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RawRow(NamedTuple):
    line: int
    """Line in the file, from 1."""
    row: int
    """Rows up to here, blank lines not counted."""
    content: bytes
    value: Any
    """The JSON value; `None` where `mistake` says why there is none."""
    mistake: Mistake | None


def read_rows(path: Path) -> Iterator[RawRow]:
    """Give every line that is not blank. Memory does not grow with the file."""
    for line, row, content in _number_rows(path):
        yield RawRow(line, row, content, *_parse(content))


def find_row(path: Path, number: int, *, numbered_by: Literal["row", "line"]) -> RawRow | None:
    """Give the row of that number, from 1; `None` if the file has none. The others are not parsed."""
    for line, row, content in _number_rows(path):
        if number == (row if numbered_by == "row" else line):
            return RawRow(line, row, content, *_parse(content))
    return None


def first_line(path: Path) -> bytes:
    """Give the first line that is not blank, without a byte order mark; empty if there is none."""
    with path.open("rb") as file:
        return next((line for line in _read_lines(file) if line.strip()), b"")


def _number_rows(path: Path) -> Iterator[tuple[int, int, bytes]]:
    """Give line, row and content of every line that is not blank."""
    row = 0
    with path.open("rb") as file:
        for line, content in enumerate(_read_lines(file), start=1):
            if content.strip():
                row += 1
                yield line, row, content


def _read_lines(file: BinaryIO) -> Iterator[bytes]:
    file.seek(len(_BYTE_ORDER_MARK) if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK else 0)
    while content := file.readline(MAX_LINE_BYTES + 1):
        yield content
        while len(content) > MAX_LINE_BYTES and not content.endswith(b"\n"):
            content = file.readline(MAX_LINE_BYTES + 1)


def _parse(content: bytes) -> tuple[Any, Mistake | None]:
    if len(content) > MAX_LINE_BYTES:
        return None, Mistake("line_too_long", f"the line has more than {MAX_LINE_BYTES} bytes")
    try:
        return orjson.loads(content), None
    except orjson.JSONDecodeError as error:
        return None, explain_broken_json(content, error)
