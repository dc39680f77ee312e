"""Files that are no JSON lines at all, recognised by how they begin."""

from __future__ import annotations

import re
from pathlib import Path

import orjson

from tuneport.core import DataError
from tuneport.data.broken_json import Mistake
from tuneport.data.decoded import find_encoding
from tuneport.data.json_value import parse_json
from tuneport.data.reading import first_line
from tuneport.data.repair_commands import CONVERT, FIX
from tuneport.data.rules import RULES

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PAR1": "Parquet",
}
_MOST_MAGIC_BYTES = max(map(len, _PACKED))
_UNPACK = {name: f"This does it: {name} -dc FILE > OUT.jsonl" for name in ("gzip", "zstd", "bzip2", "xz")} | {
    "Parquet": CONVERT,
    "zip": "unzip -p FILE > OUT.jsonl unpacks it; tuneport data convert FILE OUT.jsonl reads workbooks, transcripts.",
}
"""Hint for each."""
_TABLE_HEAD = re.compile(rb'"?[A-Za-z_][\w ]*"?([,;\t]"?[\w ]+"?)+\s*')
_MOST_HEAD_BYTES = 4096


def find_file_mistake(path: Path) -> Mistake | None:
    """Give what makes the whole file unreadable as JSON lines, so that one problem is told and not one per line."""
    return _packed(path) or _wide(path) or find_layout_mistake(first_line(path).strip())


def require_json_lines(path: Path, name: str) -> None:
    """Raise `DataError` for a file that is no JSON lines at all. `name`: what the message calls it."""
    mistake = find_file_mistake(path)
    if mistake is not None:
        what_to_do = f"{RULES[mistake.code].allowed} {mistake.hint}".rstrip()
        raise DataError(f"{name}: {mistake.found}. {what_to_do}", mistake.code)


def packed_name(path: Path) -> str | None:
    """Name the program that packed the file; `None` where it is not packed."""
    with path.open("rb") as file:
        head = file.read(_MOST_MAGIC_BYTES)
    return next((name for magic, name in _PACKED.items() if head.startswith(magic)), None)


def find_layout_mistake(line: bytes) -> Mistake | None:
    """Give what the first line, in UTF-8, tells of a file whose rows do not stand one on each line."""
    if line.startswith(b"["):
        return _list_layout(line)
    if line.startswith(b"{") and line.endswith((b"{", b"[", b",")) and line.count(b"{") > line.count(b"}"):
        return Mistake("pretty_printed", "the first object goes on over the next lines", FIX)
    if _TABLE_HEAD.fullmatch(line[:_MOST_HEAD_BYTES]):
        return Mistake("csv_file", f"the first line is {line[:60].decode(errors='replace')!r}", CONVERT)
    return None


def _packed(path: Path) -> Mistake | None:
    name = packed_name(path)
    return Mistake("compressed_file", f"the file begins as {name} files do", _UNPACK[name]) if name else None


def _wide(path: Path) -> Mistake | None:
    encoding = find_encoding(path)
    if encoding.name == "utf-8":
        return None
    how = f"with the mark {encoding.mark!r}" if encoding.mark else "with zero bytes between the letters"
    return Mistake("utf16_file", f"the file begins {how}", FIX)


def _list_layout(line: bytes) -> Mistake | None:
    try:
        elements = parse_json(line)
    except orjson.JSONDecodeError:
        return Mistake("json_array", "the file begins with '['", FIX)
    # A list of messages is a row that lacks its object; a list of rows is a whole file.
    if any(isinstance(element, dict) and "role" not in element for element in elements):
        return Mistake("json_array", f"the first line is a list of {len(elements)} rows", FIX)
    return None
