"""An upload in parts in our words, and as its row keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import Conflict, NotFound
from tuneport.store import UploadPartRow, UploadRow
from tuneport.workspace.file_record import StoredFile


@dataclass(frozen=True)
class PartedUploadRequest:
    filename: str
    purpose: str
    n_bytes: int
    """What the parts must come to."""
    file_lifetime_seconds: int | None = None
    """After which the file is removed; `None` keeps it."""


@dataclass(frozen=True)
class PartedUpload:
    id: str
    created_at: int
    expires_at: int
    status: str
    """`pending`, `completed`, `cancelled` or `expired`."""
    filename: str
    purpose: str
    n_bytes: int
    file: StoredFile | None
    """`None` until it is complete."""


@dataclass(frozen=True)
class UploadPart:
    id: str
    created_at: int
    upload_id: str
    n_bytes: int


def upload_of(row: UploadRow, file: StoredFile | None = None) -> PartedUpload:
    return PartedUpload(
        id=row.id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        status=row.status,
        filename=row.filename,
        purpose=row.purpose,
        n_bytes=row.n_bytes,
        file=file,
    )


def part_of(row: UploadPartRow) -> UploadPart:
    return UploadPart(id=row.id, created_at=row.created_at, upload_id=row.upload_id, n_bytes=row.n_bytes)


def pending_upload_row(session: Session, upload_id: str, *, now: int) -> UploadRow:
    """Give the row of an upload that still takes parts. Raises `NotFound` or `Conflict`."""
    row = session.scalar(select(UploadRow).where(UploadRow.id == upload_id))
    if row is None:
        raise NotFound(
            f"No such upload: {upload_id!r}. Create one with POST /v1/uploads and use the id of the answer.",
            code="upload_not_found",
            param="upload_id",
        )
    status = "expired" if row.status == "pending" and now >= row.expires_at else row.status
    if status != "pending":
        raise Conflict(
            f"Upload {upload_id} is '{status}'; parts are taken and put together only while it is 'pending'. "
            "Create another.",
            code=f"upload_{status}",
        )
    return row
