"""Files that are no JSON lines at all, recognised by how they begin."""

from __future__ import annotations

import re
from pathlib import Path

import orjson

from tuneport.data.broken_json import Mistake
from tuneport.data.reading import first_line
from tuneport.data.repair_commands import CONVERT, FIX

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PAR1": "Parquet",
}
_CONVERTED = frozenset({"zip", "Parquet"})
"""What `tuneport data convert` reads: tables, and among zips workbooks and transcripts."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_TABLE_HEAD = re.compile(rb'"?[A-Za-z_][\w ]*"?([,;\t]"?[\w ]+"?)+\s*')
_HEAD_BYTES = 4096


def find_file_mistake(path: Path) -> Mistake | None:
    """Give what makes the whole file unreadable as JSON lines, so that one problem is told and not one per line."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return _packed(head) or _utf16(head) or find_layout_mistake(first_line(path).strip())


def packed_name(path: Path) -> str | None:
    """Name the program that packed the file; `None` where it is not packed."""
    with path.open("rb") as file:
        return _packed_name(file.read(_HEAD_BYTES))


def find_layout_mistake(line: bytes) -> Mistake | None:
    """Give what the first line, in UTF-8, tells of a file whose rows do not stand one on each line."""
    if line.startswith(b"["):
        return _list_layout(line)
    if line.startswith(b"{") and line.endswith((b"{", b"[", b",")) and line.count(b"{") > line.count(b"}"):
        return Mistake("pretty_printed", "the first object goes on over the next lines", FIX)
    if _TABLE_HEAD.fullmatch(line[:_HEAD_BYTES]):
        return Mistake("csv_file", f"the first line is {line[:60].decode(errors='replace')!r}", CONVERT)
    return None


def _packed(head: bytes) -> Mistake | None:
    name = _packed_name(head)
    if name is None:
        return None
    return Mistake("compressed_file", f"the file begins as {name} files do", CONVERT if name in _CONVERTED else "")


def _packed_name(head: bytes) -> str | None:
    return next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)


def _utf16(head: bytes) -> Mistake | None:
    if head.startswith(_UTF16_MARKS):
        return Mistake("utf16_file", f"the file begins with the UTF-16 mark {head[:2]!r}", FIX)
    # Without a mark, every second byte of Latin text is zero; UTF-8 text has no zero bytes.
    if head[:64].count(0) * 4 >= len(head[:64]) > 0:
        return Mistake("utf16_file", "the file begins with zero bytes between the letters", FIX)
    return None


def _list_layout(line: bytes) -> Mistake | None:
    if not _is_json(line):
        return Mistake("json_array", "the file begins with '['", FIX)
    elements = orjson.loads(line)
    # A list of messages is a row that lacks its object; a list of rows is a whole file.
    if any(isinstance(element, dict) and "role" not in element for element in elements):
        return Mistake("json_array", f"the first line is a list of {len(elements)} rows", FIX)
    return None


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
