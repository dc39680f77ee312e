"""One part of an upload, on its way in."""

from __future__ import annotations

from types import TracebackType

from tuneport.core import Clock, Conflict, InvalidRequest, new_id
from tuneport.store import Database, Parts, UploadPartRow
from tuneport.workspace.upload_record import UploadPart, part_of, pending_upload_row


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
        """Keep the part: bytes first, then the record. Raises `Conflict` where the upload has ended meanwhile."""
        try:
            self._writer.finish()
            return self._record()
        except (FileNotFoundError, Conflict):
            # The upload ended while these bytes came: its folder is gone, or was made again for them.
            self._parts.delete_all_of(self._upload_id)
            self._require_pending()
            raise

    def _record(self) -> UploadPart:
        now = self._clock.now()
        with self._database.write() as session:
            pending_upload_row(session, self._upload_id, now=now)
            row = UploadPartRow(id=self._id, upload_id=self._upload_id, created_at=now, n_bytes=self._writer.n_bytes)
            session.add(row)
        return part_of(row)

    def _require_pending(self) -> None:
        with self._database.read() as session:
            pending_upload_row(session, self._upload_id, now=self._clock.now())
