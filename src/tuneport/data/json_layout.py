"""How JSON values stand in a file: one on each line, or otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from tuneport.data.decoded import read_lines
from tuneport.data.file_kind import find_layout_mistake
from tuneport.data.json_pieces import Piece, split_values

Layout = Literal["lines", "list", "indented"]
_LAYOUT_OF_MISTAKE: dict[str, Layout] = {"json_array": "list", "pretty_printed": "indented"}


def find_layout(first_line: bytes) -> Layout:
    """Tell the layout by the first line that is not blank."""
    mistake = find_layout_mistake(first_line.strip())
    return "lines" if mistake is None else _LAYOUT_OF_MISTAKE.get(mistake.code, "lines")


def read_pieces(chunks: Iterable[bytes], layout: Layout) -> Iterator[Piece]:
    """Give each line, or each value of the other layouts, with its line. Raises `DataError` at one that is too long."""
    if layout == "lines":
        yield from (Piece(line, content) for line, content in enumerate(read_lines(chunks), start=1))
    else:
        yield from split_values(chunks, opens_list=layout == "list")
