"""Uploads in parts: large files that come in pieces, in any order, and become one file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from tuneport.config import Settings
from tuneport.core import Clock, InvalidRequest, new_id
from tuneport.store import Blobs, BlobWriter, Database, Parts, UploadPartRow, UploadRow
from tuneport.workspace.file_record import checked_filename, checked_purpose, file_of, new_file_row
from tuneport.workspace.quotas import require_room_for_bytes
from tuneport.workspace.upload_part import NewPart
from tuneport.workspace.upload_record import PartedUpload, PartedUploadRequest, pending_upload_row, upload_of

COPY_BYTES = 2**20


class Uploads:
    def __init__(self, database: Database, blobs: Blobs, parts: Parts, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._blobs = blobs
        self._parts = parts
        self._settings = settings
        self._clock = clock

    def create(self, request: PartedUploadRequest) -> PartedUpload:
        """Begin one.

        Raises `InvalidRequest` for a size, purpose or name that is not taken, `QuotaExceeded` where there is no room.
        """
        if request.n_bytes > self._settings.max_parted_upload_bytes:
            raise InvalidRequest(
                f"'bytes' is {request.n_bytes}; this server takes at most {self._settings.max_parted_upload_bytes}. "
                "Split the file.",
                code="file_too_large",
                param="bytes",
            )
        now = self._clock.now()
        row = UploadRow(
            id=new_id("upload_"),
            created_at=now,
            expires_at=now + self._settings.parted_upload_seconds,
            status="pending",
            filename=checked_filename(request.filename),
            purpose=checked_purpose(request.purpose),
            n_bytes=request.n_bytes,
            file_lifetime_seconds=request.file_lifetime_seconds,
        )
        with self._database.write() as session:
            require_room_for_bytes(session, self._settings, request.n_bytes, param="bytes")
            session.add(row)
        return upload_of(row)

    def new_part(self, upload_id: str) -> NewPart:
        """Give what takes the bytes of one more part. Raises `NotFound` or `Conflict`."""
        with self._database.read() as session:
            pending_upload_row(session, upload_id, now=self._clock.now())
        return NewPart(self._database, self._parts, self._clock, upload_id, self._settings.max_part_bytes)

    def complete(self, upload_id: str, part_ids: Sequence[str], *, md5: str | None) -> PartedUpload:
        """Put the parts together in this order and give the upload with its file.

        `md5`: hash of the whole file in hexadecimal digits, `None` checks none. Raises `NotFound`, `Conflict`, or
        `InvalidRequest` for parts, size or hash that do not fit; the upload then still takes parts.
        """
        # Before its time is judged: an upload that is in time is not cleared away, however long the copy takes.
        with self._parts.being_read(upload_id):
            completed = self._put_together(upload_id, part_ids, md5, now=self._clock.now())
        self._parts.delete_all_of(upload_id)
        return completed

    def cancel(self, upload_id: str) -> PartedUpload:
        """End it and remove its parts. Raises `NotFound` or `Conflict`."""
        with self._database.write() as session:
            row = pending_upload_row(session, upload_id, now=self._clock.now())
            row.status = "cancelled"
        self._parts.delete_all_of(upload_id)
        return upload_of(row)

    def _put_together(self, upload_id: str, part_ids: Sequence[str], md5: str | None, *, now: int) -> PartedUpload:
        """`now`: when that was asked for."""
        paths = self._paths(upload_id, part_ids, now=now)
        file_id = new_id("file-")
        with self._blobs.new(file_id) as blob:
            self._join(upload_id, paths, blob, md5, now=now)
            blob.finish()
        try:
            return self._record_complete(upload_id, file_id, blob.n_bytes, now=now)
        except BaseException:
            self._blobs.delete(file_id)
            raise

    def _paths(self, upload_id: str, part_ids: Sequence[str], *, now: int) -> list[Path]:
        with self._database.read() as session:
            row = pending_upload_row(session, upload_id, now=now)
            parts = session.scalars(select(UploadPartRow).where(UploadPartRow.upload_id == upload_id))
            bytes_of = {part.id: part.n_bytes for part in parts}
        _check_parts(upload_id, part_ids, bytes_of)
        n_bytes = sum(bytes_of[part_id] for part_id in part_ids)
        if n_bytes != row.n_bytes:
            raise InvalidRequest(
                f"The parts have {n_bytes} bytes together, and the upload was created for {row.n_bytes}. "
                "Name all of its parts, each once, or add those that are missing.",
                code="upload_size_differs",
                param="part_ids",
            )
        return [self._parts.path(upload_id, part_id) for part_id in part_ids]

    def _join(self, upload_id: str, paths: Sequence[Path], blob: BlobWriter, md5: str | None, *, now: int) -> None:
        try:
            _join_parts(paths, blob, md5)
        except FileNotFoundError:
            # The upload ended while its parts were read, and they went with it.
            with self._database.read() as session:
                pending_upload_row(session, upload_id, now=now)
            raise

    def _record_complete(self, upload_id: str, file_id: str, n_bytes: int, *, now: int) -> PartedUpload:
        with self._database.write() as session:
            row = pending_upload_row(session, upload_id, now=now)
            file = new_file_row(
                file_id,
                filename=row.filename,
                purpose=row.purpose,
                n_bytes=n_bytes,
                at=self._clock.now(),
                lifetime_seconds=row.file_lifetime_seconds,
            )
            # Its bytes have had their room since it began.
            session.add(file)
            row.status, row.file_id = "completed", file_id
        return upload_of(row, file_of(file))


def _join_parts(paths: Sequence[Path], blob: BlobWriter, md5: str | None) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    for path in paths:
        with path.open("rb") as part:
            while chunk := part.read(COPY_BYTES):
                blob.write(chunk)
                if md5 is not None:
                    digest.update(chunk)
    if md5 is not None and digest.hexdigest() != md5.lower():
        raise InvalidRequest(
            f"The parts, in the order given, have the md5 {digest.hexdigest()}, and 'md5' is {md5!r}. "
            "Check the order, or send the parts again.",
            code="upload_md5_differs",
            param="md5",
        )


def _check_parts(upload_id: str, part_ids: Sequence[str], bytes_of: Mapping[str, int]) -> None:
    wrong = [part_id for part_id, count in Counter(part_ids).items() if count > 1 or part_id not in bytes_of]
    if wrong:
        raise InvalidRequest(
            f"'part_ids' names {', '.join(map(repr, wrong[:20]))}: not parts of upload {upload_id}, or named twice. "
            "Give the ids that its parts were answered with, each once.",
            code="unknown_part",
            param="part_ids",
        )
