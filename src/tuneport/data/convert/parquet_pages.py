"""How large the dictionaries of a Parquet file are, which its summary leaves out and only their pages say."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_HEADER_BYTES = 32
_NEXT_NUMBER = 0x15
"""Begins a number in a page's head, in Thrift's compact writing; the second number is the page's bytes, unpacked."""


def large_dictionaries(path: Path, most_bytes: int) -> list[str]:
    """Name the columns of texts that keep a dictionary of more bytes in some part of the file."""
    from pyarrow.parquet import read_metadata

    found: dict[str, None] = {}
    metadata = read_metadata(path)
    with path.open("rb") as file:
        for group in range(metadata.num_row_groups):
            chunks = map(metadata.row_group(group).column, range(metadata.num_columns))
            for chunk in chunks:
                is_packed = chunk.physical_type == "BYTE_ARRAY" and chunk.has_dictionary_page
                if is_packed and _page_bytes(file, chunk.dictionary_page_offset) > most_bytes:
                    found[chunk.path_in_schema] = None
    return list(found)


def _page_bytes(file: BinaryIO, start: int) -> float:
    """Give the size of a page; endless where its head cannot be read."""
    file.seek(start)
    head = iter(file.read(_HEADER_BYTES))
    numbers: list[int] = []
    while len(numbers) < 2 and next(head, None) == _NEXT_NUMBER:
        number = shift = 0
        for byte in head:
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        # The lowest bit is the sign.
        numbers.append(number >> 1)
    return numbers[1] if len(numbers) == 2 else float("inf")
