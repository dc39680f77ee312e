"""Files that the server fetches itself: recorded at once, filled while the request is long answered."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tuneport.config import Settings
from tuneport.core import Clock, InvalidRequest, QuotaExceeded, StorageFull, TuneportError, new_id
from tuneport.store import Blobs, Database, FileRow
from tuneport.workspace.fetching import SCHEMES, fetch, import_failed, shown
from tuneport.workspace.file_record import StoredFile, checked_filename, checked_purpose, file_of
from tuneport.workspace.quotas import require_room_for_bytes

log = logging.getLogger(__name__)

COMING = "uploaded"
"""Status of a file whose bytes are on their way."""
MAX_AT_ONCE = 4
MAX_COMING = 100
"""Imports of a project that are under way or wait; each has a thread."""
CHUNK_BYTES = 2**20
RETRY_SECONDS = 2.0


@dataclass(frozen=True)
class ImportRequest:
    filename: str
    purpose: str
    content_url: str
    """`http://`, `https://`, or a file below `Settings.import_folder`, as `file://` or as a path."""


def fail_interrupted_imports(database: Database, blobs: Blobs) -> None:
    """Imports do not survive their server: say so on the files that an earlier one left."""
    with database.write() as session:
        for row in session.scalars(select(FileRow).where(FileRow.status == COMING)):
            # All bytes may be there, and only the record of it not: nobody has looked whether there is room for them.
            blobs.delete(row.id)
            row.status = "error"
            row.status_details = "The server stopped while it fetched this file. Import it again."


class FileImports:
    def __init__(
        self, database: Database, blobs: Blobs, settings: Settings, clock: Clock, on_end: Callable[[], None]
    ) -> None:
        """`on_end` is called when a file has come, or will not come."""
        self._database = database
        self._blobs = blobs
        self._settings = settings
        self._clock = clock
        self._on_end = on_end
        self._room = threading.BoundedSemaphore(MAX_AT_ONCE)

    def start(self, request: ImportRequest) -> StoredFile:
        """Begin to fetch the file; it is recorded at once.

        Raises `InvalidRequest` for what can't be fetched, `QuotaExceeded` where too many are under way.
        """
        filename, purpose = checked_filename(request.filename), checked_purpose(request.purpose)
        chunks = self._open(request.content_url)
        row = FileRow(
            id=new_id("file-"),
            created_at=self._clock.now(),
            filename=filename,
            purpose=purpose,
            n_bytes=0,
            status=COMING,
        )
        with self._database.write() as session:
            _require_few(session)
            session.add(row)
        threading.Thread(target=self._work, args=(row.id, chunks), name=f"import {row.id}", daemon=True).start()
        return file_of(row)

    def _open(self, url: str) -> Iterator[bytes]:
        """Give the bytes, none of which are read before they are asked for."""
        scheme, colon, _ = url.partition(":")
        if colon and scheme.lower() in SCHEMES:
            settings = self._settings
            may_be_private = settings.imports_from_private_addresses
            return fetch(url, may_be_private=may_be_private, seconds=settings.import_seconds)
        if scheme.lower() == "file" or url.startswith("/"):
            return _read(_allowed_path(url, self._settings.import_folder))
        raise InvalidRequest(
            f"'content_url' is {shown(url)!r}. Use an address that begins with http:// or https://.",
            code="invalid_value",
            param="content_url",
        )

    def _work(self, file_id: str, chunks: Iterator[bytes]) -> None:
        try:
            with self._room:
                n_bytes = self._take(file_id, chunks)
            self._end(file_id, n_bytes=n_bytes)
        except TuneportError as error:
            self._end(file_id, error=error.message)
        except Exception as error:
            log.exception("import of %s", file_id)
            self._end(file_id, error=f"Tuneport failed on this import: {type(error).__name__}. The log has more.")
        self._on_end()

    def _take(self, file_id: str, chunks: Iterator[bytes]) -> int:
        with self._blobs.new(file_id) as blob:
            for chunk in chunks:
                blob.write(chunk)
                if blob.n_bytes > self._settings.max_upload_bytes:
                    raise import_failed(
                        f"The file is larger than {self._settings.max_upload_bytes} bytes, the most that this server "
                        "takes. Split it."
                    )
            blob.finish()
            return blob.n_bytes

    def _end(self, file_id: str, *, n_bytes: int = 0, error: str | None = None) -> None:
        """Record how it went, as soon as there is room for that: jobs wait until this file has come or not."""
        is_told = False
        while True:
            try:
                self._record_end(file_id, n_bytes=n_bytes, error=error)
                return
            except (StorageFull, OperationalError) as reason:
                if not is_told:
                    log.warning("import of %s: %s Looking again every %s s.", file_id, reason, RETRY_SECONDS)
                is_told = True
                time.sleep(RETRY_SECONDS)

    def _record_end(self, file_id: str, *, n_bytes: int, error: str | None) -> None:
        with self._database.write() as session:
            row = session.scalar(select(FileRow).where(FileRow.id == file_id))
            if row is not None:
                if error is None:
                    require_room_for_bytes(session, self._settings, n_bytes)
                row.n_bytes, row.status_details = n_bytes, error
                row.status = "processed" if error is None else "error"
        if row is None or error is not None:
            self._blobs.delete(file_id)


def _require_few(session: Session) -> None:
    coming = session.scalar(select(func.count()).select_from(FileRow).where(FileRow.status == COMING)) or 0
    if coming >= MAX_COMING:
        raise QuotaExceeded(
            f"{coming} imports of this project are under way, and {MAX_COMING} may be. Wait until one has ended.",
            code="too_many_imports",
        )


def _allowed_path(url: str, folder: Path | None) -> Path:
    """Give the path of a file on this machine. Raises `InvalidRequest` for one that requests may not name."""
    # Without a machine's name, `file:///…`: this one is meant.
    path = url if url.startswith("/") else unquote(url.partition("//")[2])
    if folder is None or "\0" in path or not Path(path).resolve().is_relative_to(folder.resolve()):
        raise InvalidRequest(
            f"'content_url' is {shown(url)!r}, a file on the server's machine, which requests may not read. Upload it; "
            "or let the server's owner set import_folder to a folder that it lies in.",
            code="local_import_refused",
            param="content_url",
        )
    return Path(path).resolve()


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise import_failed(f"{path.name}: {error.strerror}. Check the path.") from error
