"""Text in any Unicode encoding → UTF-8, in chunks and in lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tuneport.core import DataError, InvalidRequest
from tuneport.data.rules import MAX_LINE_BYTES

CHUNK_BYTES = 2**20
_HEAD_BYTES = 64
_NAME_OF_MARK = {
    codecs.BOM_UTF8: "utf-8",
    # Before UTF-16: its mark begins with that of UTF-16.
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class Encoding(NamedTuple):
    name: str
    mark: bytes
    """The byte order mark at the start; empty if there is none."""


def find_encoding(path: Path) -> Encoding:
    """Tell the Unicode encoding by how the file begins; "utf-8" where nothing speaks against it."""
    with path.open("rb") as file:
        return _encoding_of(file.read(_HEAD_BYTES))


def read_chunks(path: Path, encoding: str | None = None) -> Iterator[bytes]:
    """Give the file as UTF-8 without a mark; a file in UTF-8 comes as it is, also where it is broken.

    `encoding`: a name that Python knows, `None` to find it. Raises `DataError` where the file is not in it.
    """
    with path.open("rb") as file:
        found = _found_or_named(file.read(_HEAD_BYTES), encoding)
        file.seek(len(found.mark))
        raw = iter(partial(file.read, CHUNK_BYTES), b"")
        yield from raw if found.name == "utf-8" else _recoded(raw, found.name)


def decode_text(content: bytes, encoding: str | None = None) -> str:
    """Give the text of a whole file's bytes. Raises `DataError`."""
    found = _found_or_named(content[:_HEAD_BYTES], encoding)
    return b"".join(_recoded(iter((content[len(found.mark) :],)), found.name)).decode()


def read_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Give each line with its end. Raises `DataError` at one longer than any row may be."""
    waiting: list[bytes] = []
    line = 1
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            yield b"".join((*waiting, part, b"\n"))
            waiting = []
            line += 1
        waiting.append(rest)
        if sum(map(len, waiting)) > MAX_LINE_BYTES:
            raise too_long(line)
    if any(waiting):
        yield b"".join(waiting)


def first_line_of(chunks: Iterable[bytes]) -> bytes:
    """Give the first line that is not blank; only its beginning where it is longer than any row may be."""
    head = b""
    for chunk in chunks:
        head = (head + chunk).lstrip()
        line, end, _ = head.partition(b"\n")
        if end or len(line) > MAX_LINE_BYTES:
            return line
    return head


def checked_encoding(name: str) -> str:
    """Raises `InvalidRequest` for a name that is no text encoding's."""
    try:
        " ".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise InvalidRequest(
            f"There is no encoding {name[:40]!r}. Use a name that Python knows, such as 'cp1252', 'latin-1' or 'gbk'.",
            code="unknown_encoding",
            param="encoding",
        ) from error


def too_long(line: int) -> DataError:
    return DataError(
        f"line {line}: what begins there is longer than {MAX_LINE_BYTES} bytes, the most that a row may have. "
        "Look for a bracket or quote that is never closed.",
        code="line_too_long",
    )


def _found_or_named(head: bytes, name: str | None) -> Encoding:
    if name is None:
        return _encoding_of(head)
    named = checked_encoding(name)
    # Python takes the mark off only for the names that do not say in which order the bytes are.
    mark = next((mark for mark, of in _NAME_OF_MARK.items() if of == named and head.startswith(mark)), b"")
    return Encoding(named, mark)


def _encoding_of(head: bytes) -> Encoding:
    for mark, name in _NAME_OF_MARK.items():
        if head.startswith(mark):
            return Encoding(name, mark)
    return Encoding(_encoding_by_zeros(head), b"")


def _encoding_by_zeros(head: bytes) -> str:
    """Tell it by which of four bytes are zero in Latin text. UTF-8 has none; what is no text may have them anywhere."""
    first, second, third, fourth = (head[place::4].count(0) for place in range(4))
    n_groups = len(head) / 4
    if first + second + third + fourth < n_groups or first == fourth:
        return "utf-8"
    if fourth > first:
        return "utf-32-le" if third > n_groups / 2 else "utf-16-le"
    return "utf-32-be" if second > n_groups / 2 else "utf-16-be"


def _recoded(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)()
    n_bytes = 0
    try:
        for chunk in raw:
            yield decoder.decode(chunk).encode()
            n_bytes += len(chunk)
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise DataError(
            f"After byte {n_bytes}, bytes do not fit the encoding {name!r}. Save the file as UTF-8, or name the "
            "encoding that it has.",
            code="not_utf8",
        ) from error
