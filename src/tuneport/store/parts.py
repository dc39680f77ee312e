"""The parts of unfinished uploads: a folder for each upload, a file for each part."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuneport.core import sync_folder
from tuneport.store.blobs import BlobWriter


class Parts:
    """Ids must be those of records, never a request's own words."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._n_readers: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def being_read(self, upload_id: str) -> Iterator[None]:
        """Say of an upload that its parts are needed until the block is left."""
        with self._lock:
            self._n_readers[upload_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._n_readers -= Counter([upload_id])

    def is_being_read(self, upload_id: str) -> bool:
        return self._n_readers[upload_id] > 0

    def path(self, upload_id: str, part_id: str) -> Path:
        return self._folder / upload_id / part_id

    def new(self, upload_id: str, part_id: str) -> BlobWriter:
        path = self.path(upload_id, part_id)
        path.parent.mkdir(exist_ok=True)
        sync_folder(self._folder)
        return BlobWriter(path)

    def delete(self, upload_id: str, part_id: str) -> None:
        """Remove a part, and the folder that has no other."""
        path = self.path(upload_id, part_id)
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def delete_all_of(self, upload_id: str) -> None:
        shutil.rmtree(self._folder / upload_id, ignore_errors=True)

    def delete_all_but(self, kept: Collection[tuple[str, str]]) -> None:
        """Clear what a killed server left: only these parts, by upload and part, stay."""
        kept_uploads = {upload_id for upload_id, _ in kept}
        for upload in self._folder.iterdir():
            if upload.name not in kept_uploads:
                shutil.rmtree(upload, ignore_errors=True)
                continue
            for part in upload.iterdir():
                if (upload.name, part.name) not in kept:
                    part.unlink()
