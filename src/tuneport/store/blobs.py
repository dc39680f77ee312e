"""Bytes by id: one file each in one folder, whole or absent."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path
from types import TracebackType

from tuneport.core import NotFound, storage_errors, sync_folder

_ID = re.compile(r"file-[A-Za-z0-9]{1,64}\Z")


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, blob_id: str) -> Path:
        """Give where the bytes lie. An id that could name any other path is refused with `NotFound`."""
        if not _ID.match(blob_id):
            raise NotFound(
                f"No such file: {blob_id!r}. An id is 'file-' and letters or digits; list the files to see yours.",
                code="file_not_found",
            )
        return self._folder / blob_id

    def new(self, blob_id: str) -> BlobWriter:
        return BlobWriter(self.path(blob_id))

    def delete(self, blob_id: str) -> None:
        self.path(blob_id).unlink(missing_ok=True)
        sync_folder(self._folder)

    def delete_all_but(self, kept_ids: Collection[str]) -> None:
        """Clear what a killed server left: half-written blobs, and blobs whose record was never made."""
        for path in self._folder.iterdir():
            if path.name not in kept_ids:
                path.unlink()


class BlobWriter:
    """Takes the bytes as they come. Leaving the `with` block without `finish` leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.partial")
        self.n_bytes = 0

    def __enter__(self) -> BlobWriter:
        # Unbuffered, so that closing has nothing left to write on a disk that is full.
        self._file = self._partial.open("wb", buffering=0)
        return self

    def write(self, chunk: bytes) -> None:
        """Append. Raises `StorageFull`."""
        with storage_errors(self._path.parent):
            written = 0
            while written < len(chunk):
                written += self._file.write(memoryview(chunk)[written:])
        self.n_bytes += len(chunk)

    def finish(self) -> None:
        """Make the bytes permanent under their id. Raises `StorageFull`."""
        with storage_errors(self._path.parent):
            os.fsync(self._file.fileno())
        self._partial.rename(self._path)
        sync_folder(self._path.parent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)
