"""Files and uploads whose time is over are removed."""

from __future__ import annotations

from sqlalchemy import select, update

from tuneport.store import Blobs, Database, FileRow, Parts, UploadPartRow, UploadRow
from tuneport.workspace.file_record import find_file_row, work_on_file


def remove_expired_files(database: Database, blobs: Blobs, *, now: int) -> None:
    """Delete files past their `expires_at`; one that work needs stays until that has ended."""
    with database.read() as session:
        expired = session.scalars(select(FileRow.id).where(FileRow.expires_at <= now)).all()
    for file_id in expired:
        with database.write() as session:
            if work_on_file(session, file_id) is not None:
                continue
            session.delete(find_file_row(session, file_id))
        blobs.delete(file_id)


def expire_uploads(database: Database, parts: Parts, *, now: int) -> None:
    """End the uploads that were not completed in time, and remove their parts; not what is being put together."""
    is_over = (UploadRow.status == "pending") & (UploadRow.expires_at <= now)
    with database.read() as session:
        expired = session.scalars(select(UploadRow.id).where(is_over)).all()
    for upload_id in expired:
        if parts.is_being_read(upload_id):
            continue
        with database.write() as session:
            session.execute(update(UploadRow).where(is_over, UploadRow.id == upload_id).values(status="expired"))
        parts.delete_all_of(upload_id)


def clear_parts(database: Database, parts: Parts) -> None:
    """Clear what a killed server left of parts whose record was never made, and of uploads that have ended."""
    kept = select(UploadPartRow.upload_id, UploadPartRow.id).join(
        UploadRow, (UploadRow.id == UploadPartRow.upload_id) & (UploadRow.status == "pending")
    )
    with database.read() as session:
        parts.delete_all_but({(upload_id, part_id) for upload_id, part_id in session.execute(kept)})
