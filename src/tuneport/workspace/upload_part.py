"""One part of an upload, on its way in."""

from __future__ import annotations

from types import TracebackType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tuneport.core import Clock, Conflict, InvalidRequest, new_id
from tuneport.store import Database, Parts, UploadPartRow
from tuneport.workspace.upload_record import UploadPart, part_of, pending_upload_row

MAX_TIMES = 2
"""So often may the bytes of an upload come: who has lost an answer sends the part again."""


class NewPart:
    """Leaving the `with` block without `finish` keeps nothing of it."""

    def __init__(self, database: Database, parts: Parts, clock: Clock, upload_id: str, max_bytes: int) -> None:
        self._database = database
        self._parts = parts
        self._clock = clock
        self._upload_id = upload_id
        self._max_bytes = max_bytes
        self._id = new_id("part_")
        self._writer = parts.new(upload_id, self._id)

    def __enter__(self) -> NewPart:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def write(self, chunk: bytes) -> None:
        """Raises `InvalidRequest` beyond the size limit, `StorageFull` on a full disk."""
        if self._writer.n_bytes + len(chunk) > self._max_bytes:
            raise InvalidRequest(
                f"The part is larger than {self._max_bytes} bytes, the most for one. Send the file in smaller parts.",
                code="part_too_large",
                param="data",
            )
        self._writer.write(chunk)

    def finish(self) -> UploadPart:
        """Keep the part: bytes first, then the record.

        Raises `Conflict` where the upload has ended meanwhile, `InvalidRequest` where it has all its bytes twice.
        """
        try:
            self._writer.finish()
            return self._record()
        except InvalidRequest:
            self._parts.delete(self._upload_id, self._id)
            raise
        except (FileNotFoundError, Conflict):
            # The upload ended while these bytes came: its folder is gone, or was made again for them.
            self._parts.delete(self._upload_id, self._id)
            self._require_pending()
            raise

    def _record(self) -> UploadPart:
        now = self._clock.now()
        with self._database.write() as session:
            upload = pending_upload_row(session, self._upload_id, now=now)
            self._require_room(session, upload.n_bytes)
            row = UploadPartRow(id=self._id, upload_id=self._upload_id, created_at=now, n_bytes=self._writer.n_bytes)
            session.add(row)
        return part_of(row)

    def _require_room(self, session: Session, n_announced: int) -> None:
        parts = select(func.sum(UploadPartRow.n_bytes)).where(UploadPartRow.upload_id == self._upload_id)
        n_bytes = (session.scalar(parts) or 0) + self._writer.n_bytes
        if n_bytes > MAX_TIMES * n_announced:
            raise InvalidRequest(
                f"The parts have {n_bytes} bytes with this one, and upload {self._upload_id} was created for "
                f"{n_announced}. Complete it with the parts that it has, or create another.",
                code="too_many_part_bytes",
                param="data",
            )

    def _require_pending(self) -> None:
        with self._database.read() as session:
            pending_upload_row(session, self._upload_id, now=self._clock.now())
