"""Conversations as text: a zip of `.txt`, `.md` and `.vtt` files, each a row, or one such file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tuneport.core import DataError
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert, Record
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import chat_row, up_to_last_reply
from tuneport.data.convert.turns import chat_messages, is_turn, read_turns
from tuneport.data.convert.zips import BROKEN_ZIP, ZipBytes, zip_too_large
from tuneport.data.decoded import decode_text
from tuneport.data.file_kind import packed_name

MAX_TRANSCRIPT_BYTES = 16 * 2**20
MAX_UNPACKED_BYTES = 2 * 2**30
"""Of all transcripts of a zip."""
_LINES_LOOKED_AT = 20
_SUFFIXES = (".txt", ".md", ".vtt")
_HIDDEN_PARTS = ("__MACOSX", ".")


def looks_like_transcript(line: bytes) -> bool:
    """Whether a file's first line is a turn, or the head of subtitles."""
    return line.startswith(b"WEBVTT") or is_turn(line.decode(errors="replace"))


def has_turns(head: bytes) -> bool:
    """Whether one of the first lines is a turn: some conversations begin with a title."""
    return any(is_turn(line.decode(errors="replace")) for line in head.splitlines()[:_LINES_LOOKED_AT])


def read_transcripts(path: Path, options: ConvertOptions, tally: Tally) -> Iterator[Record]:
    """Give each conversation as a row. Raises `DataError` for a zip that cannot be unpacked, or is too large."""
    if packed_name(path) != "zip":
        is_short = path.stat().st_size <= MAX_TRANSCRIPT_BYTES
        yield _record("the file", path.read_bytes() if is_short else None, options, tally)
        return
    try:
        with ZipBytes(path) as source, zipfile.ZipFile(source) as archive:
            for part in _transcripts(archive, tally):
                content = archive.read(part) if _is_short(part) else None
                yield _record(part.filename, content, options, tally)
    except BROKEN_ZIP as error:
        raise DataError(
            f"The zip file cannot be unpacked: {error}. Pack it again, without a password.", code="broken_zip"
        ) from error


def _transcripts(archive: zipfile.ZipFile, tally: Tally) -> list[zipfile.ZipInfo]:
    parts = [part for part in archive.infolist() if _is_transcript(part, tally)]
    if sum(part.file_size for part in parts if _is_short(part)) > MAX_UNPACKED_BYTES:
        raise zip_too_large(f"its transcripts are larger than {MAX_UNPACKED_BYTES} bytes")
    return sorted(parts, key=lambda part: part.filename)


def _is_short(part: zipfile.ZipInfo) -> bool:
    return part.file_size <= MAX_TRANSCRIPT_BYTES


def _is_transcript(part: zipfile.ZipInfo, tally: Tally) -> bool:
    name = PurePosixPath(part.filename)
    if part.filename.endswith("/") or any(piece.startswith(_HIDDEN_PARTS) for piece in name.parts):
        return False
    if name.suffix.lower() not in _SUFFIXES:
        tally.note("files that are neither .txt nor .md nor .vtt left out")
        return False
    return True


def _record(name: str, content: bytes | None, options: ConvertOptions, tally: Tally) -> Record:
    """`content`: `None` for a file that is too long."""
    if content is None:
        return Record(name, None, f"it is longer than {MAX_TRANSCRIPT_BYTES} bytes; a row is one conversation")
    try:
        turns, n_before = read_turns(decode_text(content, options.encoding))
        messages = chat_messages(turns, options.assistant_speaker)
        row = chat_row(up_to_last_reply(messages, tally))
    except (CannotConvert, DataError) as error:
        return Record(name, None, str(error))
    if n_before:
        tally.note("lines before the first speaker left out")
    return Record(name, row)
