"""The threads that work on batches, each on one at a time, the oldest first."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import Counter

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tuneport.core import StorageFull
from tuneport.jobs import Worker
from tuneport.store import BatchRow
from tuneport.workspace.batch_status import ENDED
from tuneport.workspace.batch_work import BatchWork

log = logging.getLogger(__name__)

MAX_TRIES = 3
"""Of work that ends with a defect; a full disk and a database that others hold are waited for."""


class BatchWorkers:
    def __init__(self, work: BatchWork) -> None:
        self._work = work
        self._taken: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()
        n_workers = work.settings.batches_at_once
        self._workers = [Worker(f"batches {n}", lambda _stopping: self._work_on_next()) for n in range(n_workers)]

    def start(self) -> None:
        """Go on with the batches that an earlier server left."""
        self._clear_ended()
        for worker in self._workers:
            worker.start()

    def wake(self) -> None:
        """Look for work: there is a new batch, or one was cancelled."""
        for worker in self._workers:
            worker.wake()

    def ask_to_stop(self) -> None:
        """Let no request begin any more. Those under way end with their engines."""
        self._work.stopping.set()

    def stop(self) -> None:
        """Come back when no thread works any more."""
        self.ask_to_stop()
        for worker in self._workers:
            worker.stop()

    def _work_on_next(self) -> bool:
        batch_id = self._take()
        if batch_id is None:
            return False
        try:
            self._work.work_on(batch_id)
        except (StorageFull, OperationalError):
            raise
        except Exception as error:
            self._note_failure(batch_id, error)
        finally:
            with self._lock:
                self._taken.discard(batch_id)
        return not self._work.stopping.is_set()

    def _note_failure(self, batch_id: str, error: Exception) -> None:
        """Let the batch be tried again, or end it: one that always fails would hold up those behind it."""
        self._failures[batch_id] += 1
        if self._failures[batch_id] < MAX_TRIES and not self._work.is_expired(batch_id):
            raise error
        log.error("batch %s", batch_id, exc_info=error)
        self._work.fail(batch_id, error)

    def _take(self) -> str | None:
        with self._lock, self._work.database.read() as session:
            waiting = select(BatchRow.id).where(BatchRow.status.not_in(ENDED), BatchRow.id.not_in(self._taken))
            batch_id = session.scalar(waiting.order_by(BatchRow.seq).limit(1))
            if batch_id is not None:
                self._taken.add(batch_id)
            return batch_id

    def _clear_ended(self) -> None:
        """A server killed between a batch's end and here leaves the folder of its answers."""
        folder = self._work.settings.batches
        if not folder.exists():
            return
        with self._work.database.read() as session:
            working = set(session.scalars(select(BatchRow.id).where(BatchRow.status.not_in(ENDED))))
        for batch in folder.iterdir():
            if batch.name not in working:
                shutil.rmtree(batch, ignore_errors=True)
