"""Files: uploaded data and the result files of jobs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from tuneport.config import Settings
from tuneport.core import Clock, Conflict, InvalidRequest, TuneportError, new_id
from tuneport.store import Blobs, Database, FileRow, OwnRows, Page, read_page
from tuneport.workspace.data_report import report_file
from tuneport.workspace.file_record import (
    StoredFile,
    checked_filename,
    checked_purpose,
    file_of,
    find_file_row,
    new_file_row,
    work_on_file,
)
from tuneport.workspace.paging import PageRequest
from tuneport.workspace.past_runs import find_past_runs
from tuneport.workspace.quotas import require_room_for_bytes
from tuneport.workspace.report_context import ReportContext, ReportRequest
from tuneport.workspace.report_progress import OnProgress


class Files:
    def __init__(self, database: Database, blobs: Blobs, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._settings = settings
        self._clock = clock

    def upload(self) -> Upload:
        return Upload(self._database, self._blobs, self._settings, self._clock)

    def list(self, page: PageRequest, *, purpose: str | None = None) -> Page[StoredFile]:
        rows = OwnRows(FileRow)
        if purpose is not None:
            rows = rows.where(FileRow.purpose == purpose)
        with self._database.read() as session:
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(file_of, found.items)), found.has_more)

    def find(self, file_id: str) -> StoredFile:
        """Give the record. Raises `NotFound`."""
        with self._database.read() as session:
            return file_of(find_file_row(session, file_id))

    def path(self, file_id: str) -> Path:
        """Give where the bytes lie. Raises `NotFound`, or `Conflict` while they are not all there."""
        file = self.find(file_id)
        if file.status != "processed":
            raise Conflict(
                f"File {file_id} is {file.status!r}{f' ({file.status_details})' if file.status_details else ''}, so it "
                "has no content. Read it once it is 'processed'.",
                code="file_not_ready",
            )
        return self._blobs.path(file_id)

    def report(
        self, file_id: str, request: ReportRequest, on_progress: OnProgress = lambda progress: None
    ) -> dict[str, Any]:
        """Check the rows, and give the parts that are asked for. Raises `NotFound`, `InvalidRequest` or `Conflict`.

        `on_progress` is told how far each part has read, about twice a second; what it raises ends the report.
        """
        context = ReportContext(
            path=self.path(file_id),
            file_name=self.find(file_id).filename,
            settings=self._settings,
            request=request,
            validation_path=self.path(request.validation_file) if request.validation_file else None,
            traffic_path=self.path(request.traffic_file) if request.traffic_file else None,
            find_past_runs=partial(find_past_runs, self._database, self._settings),
            on_progress=on_progress,
        )
        return report_file(context)

    def delete(self, file_id: str) -> None:
        """Delete record and bytes. Raises `NotFound`, or `Conflict` while a job, batch or comparison needs it."""
        with self._database.write() as session:
            row = find_file_row(session, file_id)
            work = work_on_file(session, file_id)
            if work is not None:
                raise Conflict(
                    f"File {file_id} is used by {work}. A file can be deleted once that has ended; cancel it or wait.",
                    code="file_in_use",
                )
            session.delete(row)
        self._blobs.delete(file_id)


class Upload:
    """A file on its way in, written as it comes. Leaving the `with` block without `finish` keeps nothing of it."""

    def __init__(self, database: Database, blobs: Blobs, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._settings = settings
        self._clock = clock
        self.id = new_id("file-")
        self._blob = blobs.new(self.id)

    def __enter__(self) -> Upload:
        self._blob.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blob.__exit__(kind, error, trace)

    def write(self, chunk: bytes) -> None:
        """Raises `InvalidRequest` beyond the size limit, `StorageFull` on a full disk."""
        max_bytes = self._settings.max_upload_bytes
        if self._blob.n_bytes + len(chunk) > max_bytes:
            raise InvalidRequest(
                f"The file is larger than {max_bytes} bytes, the most that this server takes. Split it.",
                code="file_too_large",
                param="file",
            )
        self._blob.write(chunk)

    def finish(self, *, filename: str, purpose: str, lifetime_seconds: int | None = None) -> StoredFile:
        """Keep the file: bytes first, then the record.

        Raises `InvalidRequest` for an unknown purpose or a bad name, `QuotaExceeded` where the project has no room.
        `lifetime_seconds`: after which it is removed; `None` keeps it until it is deleted.
        """
        filename, purpose = checked_filename(filename), checked_purpose(purpose)
        self._blob.finish()
        row = new_file_row(
            self.id,
            filename=filename,
            purpose=purpose,
            n_bytes=self._blob.n_bytes,
            at=self._clock.now(),
            lifetime_seconds=lifetime_seconds,
        )
        try:
            with self._database.write() as session:
                require_room_for_bytes(session, self._settings, row.n_bytes)
                session.add(row)
        except TuneportError:
            self._blobs.delete(self.id)
            raise
        return file_of(row)
