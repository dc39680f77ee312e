"""A file in our words, as its row keeps it, and which work still needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tuneport.core import InvalidRequest, NotFound
from tuneport.jobs import TERMINAL
from tuneport.store import BatchRow, ComparisonRow, FileRow, JobRow
from tuneport.workspace.batch_status import ENDED
from tuneport.workspace.comparison_record import UNFINISHED

UPLOAD_PURPOSES = ("fine-tune", "batch", "evals", "user_data", "assistants", "vision")
MAX_FILENAME_CHARACTERS = 255
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class StoredFile:
    id: str
    created_at: int
    filename: str
    purpose: str
    n_bytes: int
    expires_at: int | None
    """`None` keeps it until it is deleted."""
    status: str
    """`uploaded` while its bytes are on their way, `processed`, or `error`."""
    status_details: str | None


def file_of(row: FileRow) -> StoredFile:
    return StoredFile(
        id=row.id,
        created_at=row.created_at,
        filename=row.filename,
        purpose=row.purpose,
        n_bytes=row.n_bytes,
        expires_at=row.expires_at,
        status=row.status,
        status_details=row.status_details,
    )


def new_file_row(
    file_id: str, *, filename: str, purpose: str, n_bytes: int, at: int, lifetime_seconds: int | None = None
) -> FileRow:
    """Give the row of a file whose bytes are there. `lifetime_seconds`: `None` keeps it until it is deleted."""
    return FileRow(
        id=file_id,
        created_at=at,
        filename=filename,
        purpose=purpose,
        n_bytes=n_bytes,
        expires_at=None if lifetime_seconds is None else at + lifetime_seconds,
        status="processed",
    )


def checked_filename(name: str) -> str:
    """Give the name without folders, which a client that saves under it might follow. Raises `InvalidRequest`."""
    name = re.split(r"[/\\]", name)[-1]
    if _CONTROL_CHARACTER.search(name) or len(name) > MAX_FILENAME_CHARACTERS:
        raise InvalidRequest(
            f"The file's name {name[:40]!r} has {len(name)} characters. Use at most {MAX_FILENAME_CHARACTERS}, and no "
            "control characters.",
            code="invalid_filename",
            param="filename",
        )
    return "upload" if name in {"", ".", ".."} else name


def checked_purpose(purpose: str) -> str:
    """Raises `InvalidRequest` for a purpose that no upload has."""
    if purpose not in UPLOAD_PURPOSES:
        allowed = ", ".join(map(repr, UPLOAD_PURPOSES))
        raise InvalidRequest(
            f"'purpose' is {purpose!r}. Use one of {allowed}.", code="invalid_purpose", param="purpose"
        )
    return purpose


def find_file_row(session: Session, file_id: str) -> FileRow:
    """Give the row. Raises `NotFound`."""
    row = session.scalar(select(FileRow).where(FileRow.id == file_id))
    if row is None:
        raise NotFound(
            f"No such file: {file_id!r}. List the files to see those there.", code="file_not_found", param="id"
        )
    return row


def work_on_file(session: Session, file_id: str) -> str | None:
    """Name work that has not ended and needs the file: `job ftjob-…, which is 'running'`."""
    is_of_job = or_(JobRow.training_file == file_id, JobRow.validation_file == file_id)
    is_compared = or_(ComparisonRow.training_file == file_id, ComparisonRow.validation_file == file_id)
    works = {
        "job": select(JobRow.id, JobRow.status).where(JobRow.status.not_in(TERMINAL), is_of_job),
        "batch": select(BatchRow.id, BatchRow.status).where(
            BatchRow.status.not_in(ENDED), BatchRow.input_file_id == file_id
        ),
        "comparison": select(ComparisonRow.id, ComparisonRow.status).where(
            ComparisonRow.status.in_(UNFINISHED), is_compared
        ),
    }
    for kind, rows in works.items():
        work = session.execute(rows.limit(1)).first()
        if work is not None:
            return f"{kind} {work.id}, which is '{work.status}'"
    return None
