"""Bytes → JSON values with their lines, a row at a time, whatever the bytes are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import orjson

from tuneport.data.broken_json import Mistake, explain_broken_json
from tuneport.data.json_value import parse_json
from tuneport.data.rules import MAX_LINE_BYTES

OnRead = Callable[[int], None]
"""Is told how many more bytes are read; what it raises ends the reading."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLOCK_BYTES = 2**18


def tell_nobody(n_bytes: int) -> None:
    """Take what an `OnRead` is told, where nobody asked."""


class RawRow(NamedTuple):
    line: int
    """Line in the file, from 1."""
    row: int
    """Rows up to here, blank lines not counted."""
    content: bytes
    value: Any
    """The JSON value; `None` where `mistake` says why there is none."""
    mistake: Mistake | None


def read_rows(path: Path, on_read: OnRead = tell_nobody) -> Iterator[RawRow]:
    """Give every line that is not blank. Memory does not grow with the file."""
    for line, row, content in _number_rows(path, on_read):
        yield parse_row(line, row, content)


def find_row(path: Path, number: int, *, numbered_by: Literal["row", "line"]) -> RawRow | None:
    """Give the row of that number, from 1; `None` if the file has none. The others are not parsed."""
    for line, row, content in _number_rows(path):
        if number == (row if numbered_by == "row" else line):
            return parse_row(line, row, content)
    return None


def first_line(path: Path) -> bytes:
    """Give the first line that is not blank, without a byte order mark; empty if there is none."""
    return next((content for _, _, content in _number_rows(path)), b"")


def read_blocks(path: Path, start: int, end: int, on_read: OnRead = tell_nobody) -> Iterator[list[bytes]]:
    """Give the lines that begin at these bytes, `end` not among them, many at a time and each with its end.

    The parts of a file, one after the other, have each of its lines once. Of a line longer than any row, its beginning.
    """
    with path.open("rb") as file:
        told, position = start, _skip_to_line(file, start)
        while position < end and (block := file.read(min(_BLOCK_BYTES, end - position))):
            if not block.endswith(b"\n"):
                block += file.readline(MAX_LINE_BYTES + 1)
            lines = BytesIO(block).readlines()
            yield lines
            position += len(block)
            if len(lines[-1]) > MAX_LINE_BYTES:
                position += _skip_rest(file, lines[-1])
            on_read(position - told)
            told = position


def parse_row(line: int, row: int, content: bytes) -> RawRow:
    """`line`, `row`: its numbers, from 1."""
    if len(content) > MAX_LINE_BYTES:
        mistake = Mistake("line_too_long", f"the line has more than {MAX_LINE_BYTES} bytes")
        return RawRow(line, row, content, None, mistake)
    try:
        return RawRow(line, row, content, parse_json(content), None)
    except orjson.JSONDecodeError as error:
        return RawRow(line, row, content, None, explain_broken_json(content, error))


def _number_rows(path: Path, on_read: OnRead = tell_nobody) -> Iterator[tuple[int, int, bytes]]:
    """Give line, row and content of every line that is not blank."""
    row = 0
    blocks = read_blocks(path, 0, sys.maxsize, on_read)
    for line, content in enumerate(chain.from_iterable(blocks), start=1):
        if content.strip():
            row += 1
            yield line, row, content


def _skip_to_line(file: BinaryIO, start: int) -> int:
    """Go to the first line that begins at `start` or after it, and give where that is."""
    if start == 0:
        file.seek(len(_BYTE_ORDER_MARK) if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK else 0)
    else:
        file.seek(start - 1)
        _skip_rest(file, b"")
    return file.tell()


def _skip_rest(file: BinaryIO, content: bytes) -> int:
    """Go behind the end of the line that `content` is a part of, and give how many bytes that were."""
    n_bytes = 0
    while not content.endswith(b"\n") and (content := file.readline(MAX_LINE_BYTES)):
        n_bytes += len(content)
    return n_bytes
