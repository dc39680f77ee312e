"""Files: uploaded data and the result files of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tuneport.catalog import find_model
from tuneport.config import Settings
from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, new_id
from tuneport.data import CheckReport, check_file
from tuneport.jobs import TERMINAL
from tuneport.store import Blobs, Database, FileRow, JobRow, Page, read_page
from tuneport.workspace.paging import PageRequest

UPLOAD_PURPOSES = ("fine-tune", "batch", "evals", "user_data", "assistants", "vision")


@dataclass(frozen=True)
class StoredFile:
    id: str
    created_at: int
    filename: str
    purpose: str
    n_bytes: int


class Files:
    def __init__(self, database: Database, blobs: Blobs, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._settings = settings
        self._clock = clock

    def upload(self) -> Upload:
        return Upload(self._database, self._blobs, self._clock, self._settings.max_upload_bytes)

    def list(self, page: PageRequest, *, purpose: str | None = None) -> Page[StoredFile]:
        rows = select(FileRow)
        if purpose is not None:
            rows = rows.where(FileRow.purpose == purpose)
        with self._database.read() as session:
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(_file_of, found.items)), found.has_more)

    def find(self, file_id: str) -> StoredFile:
        """Give the record. Raises `NotFound`."""
        with self._database.read() as session:
            return _file_of(_find_row(session, file_id))

    def path(self, file_id: str) -> Path:
        """Give where the bytes lie. Raises `NotFound`."""
        return self._blobs.path(self.find(file_id).id)

    def check(self, file_id: str, *, method: str, model: str | None, is_training_file: bool) -> CheckReport:
        """Check the rows, for one base model where it is named. Raises `NotFound` or `InvalidRequest`."""
        path = self.path(file_id)
        if model is None:
            return check_file(path, method=method, is_training_file=is_training_file)
        longest = find_model(model, self._settings).longest_training_row_tokens
        return check_file(path, method=method, is_training_file=is_training_file, longest_row_tokens=longest)

    def delete(self, file_id: str) -> None:
        """Delete record and bytes. Raises `NotFound`, or `Conflict` while a job needs the file."""
        with self._database.write() as session:
            row = _find_row(session, file_id)
            _refuse_if_used(session, file_id)
            session.delete(row)
        self._blobs.delete(file_id)


class Upload:
    """A file on its way in, written as it comes. Leaving the `with` block without `finish` keeps nothing of it."""

    def __init__(self, database: Database, blobs: Blobs, clock: Clock, max_bytes: int) -> None:
        self._database = database
        self._clock = clock
        self._max_bytes = max_bytes
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
        if self._blob.n_bytes + len(chunk) > self._max_bytes:
            raise InvalidRequest(
                f"The file is larger than {self._max_bytes} bytes, the most that this server takes. Split it.",
                code="file_too_large",
                param="file",
            )
        self._blob.write(chunk)

    def finish(self, *, filename: str, purpose: str) -> StoredFile:
        """Keep the file: bytes first, then the record. Raises `InvalidRequest` for an unknown purpose."""
        if purpose not in UPLOAD_PURPOSES:
            allowed = ", ".join(map(repr, UPLOAD_PURPOSES))
            raise InvalidRequest(
                f"'purpose' is {purpose!r}. Use one of {allowed}.", code="invalid_purpose", param="purpose"
            )
        self._blob.finish()
        row = FileRow(
            id=self.id,
            created_at=self._clock.now(),
            filename=filename,
            purpose=purpose,
            n_bytes=self._blob.n_bytes,
        )
        with self._database.write() as session:
            session.add(row)
        return _file_of(row)


def _file_of(row: FileRow) -> StoredFile:
    return StoredFile(
        id=row.id, created_at=row.created_at, filename=row.filename, purpose=row.purpose, n_bytes=row.n_bytes
    )


def _find_row(session: Session, file_id: str) -> FileRow:
    row = session.scalar(select(FileRow).where(FileRow.id == file_id))
    if row is None:
        raise NotFound(
            f"No such file: {file_id!r}. List the files to see those there.", code="file_not_found", param="id"
        )
    return row


def _refuse_if_used(session: Session, file_id: str) -> None:
    uses = or_(JobRow.training_file == file_id, JobRow.validation_file == file_id)
    job = session.scalar(select(JobRow).where(JobRow.status.not_in(TERMINAL)).where(uses).limit(1))
    if job is not None:
        raise Conflict(
            f"File {file_id} is used by job {job.id}, which is '{job.status}'. "
            "A file can be deleted once its jobs have ended; cancel the job or wait for it.",
            code="file_in_use",
        )
