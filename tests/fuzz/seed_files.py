"""Good files of every kind that is read, and a few with known mistakes: what the search for bad ones begins with."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pyarrow
from openpyxl import Workbook
from pyarrow import parquet

from hostile_files import SIGNS, WORDS
from seed_rows import SEED_ROWS, SEEDS_ELSEWHERE

WORDS_OF_FILES = (*SIGNS, *WORDS, *(key.encode() for row in (*SEED_ROWS, *SEEDS_ELSEWHERE[:-1]) for key in row))
CELLS = (("question", "answer"), ("Tide, at noon?", '2.1 "m"'), ("Depth?", "3,5"))
SPEECH = "Harbour log\nAnn: Which berth?\n[00:12] Bob: Four.\nAnn: Thanks\nBob: Bye\n"
SUBTITLES = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v Ann>Which &amp; when?\n\n00:03.000 --> 00:04.000\nBob: Four.\n"


def seed_files() -> Iterator[bytes]:
    for row in (*SEED_ROWS, *SEEDS_ELSEWHERE):
        yield _lines([row])
    yield _lines(SEED_ROWS[:4])
    yield json.dumps(SEED_ROWS[:3]).encode()
    yield json.dumps(SEED_ROWS[0], indent=2).encode()
    yield "\n".join(map(repr, SEED_ROWS[:2])).encode()
    yield _lines([SEED_ROWS[0]]).replace(b"}\n", b",}\n")
    yield _lines([SEED_ROWS[0]]).decode().encode("utf-16")
    yield b"\xef\xbb\xbf# rows\r\n\r\n" + _lines([SEED_ROWS[2]])
    yield from map(_table, (",", ";", "\t", "|"))
    yield SPEECH.encode()
    yield SUBTITLES.encode()
    yield _workbook()
    yield _parquet()
    yield _zip()


def _lines(rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _table(separator: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(CELLS)
    return text.getvalue().encode()


def _workbook() -> bytes:
    book = Workbook()
    for cells in CELLS:
        book.worksheets[0].append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _parquet() -> bytes:
    content = io.BytesIO()
    parquet.write_table(pyarrow.table(dict(zip(*[CELLS[0], zip(*CELLS[1:], strict=True)], strict=True))), content)
    return content.getvalue()


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.txt", SPEECH)
        archive.writestr("2.vtt", SUBTITLES)
    return content.getvalue()
