"""JSON in any layout: one list, a value on each line, or values over several lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from tuneport.data.broken_json import explain_broken_json
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.decoded import first_line_of, read_chunks
from tuneport.data.json_layout import find_layout, read_pieces
from tuneport.data.json_pieces import Piece
from tuneport.data.json_value import parse_json


def read_json(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    layout = find_layout(first_line_of(read_chunks(path, options.encoding)))
    for piece in read_pieces(read_chunks(path, options.encoding), layout):
        if piece.content.strip():
            yield _record(piece)


def _record(piece: Piece) -> Record:
    where = f"line {piece.line}"
    try:
        return Record(where, parse_json(piece.content))
    except orjson.JSONDecodeError as error:
        return Record(where, None, explain_broken_json(piece.content, error).found)
