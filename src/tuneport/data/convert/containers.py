"""How a file holds its records, told by its content, and who reads it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tuneport.core import DataError
from tuneport.data.convert.json_records import read_json
from tuneport.data.convert.options import Container, ConvertOptions
from tuneport.data.convert.parquet import read_parquet
from tuneport.data.convert.record import Record
from tuneport.data.convert.report import Tally
from tuneport.data.convert.tables import find_separator, read_csv, read_tsv
from tuneport.data.convert.transcripts import has_turns, looks_like_transcript, read_transcripts
from tuneport.data.convert.xlsx import read_xlsx
from tuneport.data.convert.zips import BROKEN_ZIP, ZipBytes
from tuneport.data.decoded import first_line_of, read_chunks
from tuneport.data.file_kind import find_layout_mistake, packed_name

READERS: dict[Container, Callable[[Path, ConvertOptions, Tally], Iterator[Record]]] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "xlsx": read_xlsx,
    "json": read_json,
    "parquet": read_parquet,
    "transcripts": read_transcripts,
}
_WORKBOOK = "xl/workbook.xml"


def find_container(path: Path, options: ConvertOptions) -> Container:
    """Raises `DataError` for a file that is none of them."""
    packed = packed_name(path)
    if packed is not None:
        return _container_of_packed(path, packed)
    line = first_line_of(read_chunks(path, options.encoding)).rstrip()
    if line.startswith((b"{", b"[")):
        return "json"
    mistake = find_layout_mistake(line)
    if mistake is not None and mistake.code == "csv_file":
        return "tsv" if find_separator(line) == "\t" else "csv"
    if looks_like_transcript(line):
        return "transcripts"
    separator = find_separator(line)
    if separator is not None:
        return "tsv" if separator == "\t" else "csv"
    if has_turns(next(read_chunks(path, options.encoding), b"")):
        return "transcripts"
    raise _unknown(f"the first line is {line[:60].decode(errors='replace')!r}" if line else "the file is empty")


def _container_of_packed(path: Path, packed: str) -> Container:
    if packed == "Parquet":
        return "parquet"
    if packed != "zip":
        raise DataError(
            f"The file is packed by {packed}. Unpack it first; only a zip of transcripts is read as it is.",
            code="compressed_file",
        )
    try:
        with ZipBytes(path) as source, zipfile.ZipFile(source) as archive:
            return "xlsx" if _WORKBOOK in archive.namelist() else "transcripts"
    except BROKEN_ZIP as error:
        raise _unknown(f"it begins as a zip file does, but is none: {error}") from error


def _unknown(found: str) -> DataError:
    return DataError(
        f"What the file holds could not be told: {found}. Say it with 'from': csv, tsv, xlsx, json, parquet or "
        "transcripts.",
        code="unknown_source",
    )
