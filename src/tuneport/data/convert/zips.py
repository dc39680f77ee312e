"""Zip files of a person: what tells that one is broken, and how large its directory may be."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from pathlib import Path

from tuneport.core import DataError

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, UnicodeDecodeError)
"""What Python's reader raises: bzip2's errors are `OSError`, those of passwords and unknown packing `RuntimeError`."""
MAX_FILES = 100_000
_MAX_DIRECTORY_BYTES = 64 * 2**20
_ENTRY = b"PK\x01\x02"


class ZipBytes(io.BufferedReader):
    """A zip file's bytes for Python's reader, which reads the zip's directory in one piece, whatever its size."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))

    def read(self, size: int | None = -1, /) -> bytes:
        """Raises `DataError` instead of giving a directory of too many files."""
        # Nothing else is read in pieces so large, or has so many entries in it.
        if size is not None and size > _MAX_DIRECTORY_BYTES:
            raise zip_too_large(f"its list of files is longer than {_MAX_DIRECTORY_BYTES} bytes")
        found = super().read(size)
        if found.count(_ENTRY) > MAX_FILES:
            raise zip_too_large(f"it has more than {MAX_FILES} files")
        return found


def zip_too_large(found: str) -> DataError:
    return DataError(f"The zip file is too large: {found}. Divide it into several.", code="zip_too_large")
