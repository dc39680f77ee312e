"""Batches: many requests in a file, answered in the background."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from tuneport.config import Settings
from tuneport.core import Clock, Conflict, InvalidRequest, NotFound, new_id
from tuneport.store import BatchRow, Database, OwnRows, Page, read_page
from tuneport.workspace.batch_record import Batch, BatchRequest, batch_of, find_batch_row
from tuneport.workspace.batch_status import CANCELLABLE, BatchStatus, move_batch
from tuneport.workspace.file_record import find_file_row
from tuneport.workspace.paging import PageRequest


class Batches:
    def __init__(self, database: Database, settings: Settings, clock: Clock, on_change: Callable[[], None]) -> None:
        """`on_change` is called when there is work to do."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._on_change = on_change

    def create(self, request: BatchRequest) -> Batch:
        """Queue a batch. What its file holds is checked later. Raises `InvalidRequest` for the file itself."""
        now = self._clock.now()
        row = BatchRow(
            id=new_id("batch_"),
            created_at=now,
            expires_at=now + self._settings.batch_seconds,
            status=BatchStatus.VALIDATING,
            endpoint=request.endpoint,
            input_file_id=request.input_file_id,
            completion_window=request.completion_window,
            labels=request.metadata,
            output_lifetime_seconds=request.output_lifetime_seconds,
        )
        with self._database.write() as session:
            _require_input(session, request.input_file_id, self._settings)
            session.add(row)
            session.flush()
        self._on_change()
        return batch_of(row)

    def list(self, page: PageRequest) -> Page[Batch]:
        with self._database.read() as session:
            found = read_page(session, OwnRows(BatchRow), after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(batch_of, found.items)), found.has_more)

    def find(self, batch_id: str) -> Batch:
        """Give the batch. Raises `NotFound`."""
        with self._database.read() as session:
            return batch_of(find_batch_row(session, batch_id))

    def cancel(self, batch_id: str) -> Batch:
        """End it: requests under way are still answered. Raises `NotFound`, or `Conflict` where it is ending."""
        now = self._clock.now()
        with self._database.write() as session:
            row = find_batch_row(session, batch_id)
            if row.status not in CANCELLABLE:
                raise Conflict(
                    f"Batch {batch_id} is '{row.status}'; only one that is 'validating' or 'in_progress' can be "
                    "cancelled."
                )
            has_begun = row.status == BatchStatus.IN_PROGRESS
            row.cancelling_at = now
            move_batch(row, BatchStatus.CANCELLING if has_begun else BatchStatus.CANCELLED, at=now)
        self._on_change()
        return batch_of(row)


def _require_input(session: Session, file_id: str, settings: Settings) -> None:
    try:
        file = find_file_row(session, file_id)
    except NotFound as error:
        raise InvalidRequest(
            f"'input_file_id' is {file_id!r}, and there is no such file. Upload it with the purpose 'batch' first.",
            code="file_not_found",
            param="input_file_id",
        ) from error
    if file.purpose != "batch":
        raise InvalidRequest(
            f"'input_file_id' is {file_id!r}, a file for {file.purpose!r}. Use one with the purpose 'batch'.",
            code="invalid_purpose",
            param="input_file_id",
        )
    if file.status != "processed":
        raise InvalidRequest(
            f"'input_file_id' is {file_id!r}, a file that is {file.status!r}. Use one that is 'processed': wait until "
            "an import has come, or upload the file again.",
            code="file_not_ready",
            param="input_file_id",
        )
    if file.n_bytes > settings.max_batch_bytes:
        raise InvalidRequest(
            f"'input_file_id' is {file_id!r}, with {file.n_bytes} bytes; a batch takes at most "
            f"{settings.max_batch_bytes}. Split it into several.",
            code="file_too_large",
            param="input_file_id",
        )
