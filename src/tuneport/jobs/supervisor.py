"""Moves jobs on: one thread checks files, another trains, one run at a time in the order of the queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select

from tuneport.core import StorageFull, TuneportError
from tuneport.jobs import events
from tuneport.jobs.ending import clear, clear_deleted, fail
from tuneport.jobs.environment import Environment
from tuneport.jobs.events import add_event
from tuneport.jobs.job import Job
from tuneport.jobs.queue import next_job
from tuneport.jobs.status import TERMINAL, JobStatus
from tuneport.jobs.training import train
from tuneport.jobs.validation import validate
from tuneport.jobs.worker import Worker
from tuneport.store import JobRow

log = logging.getLogger(__name__)


class Supervisor:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._validator = Worker("job validator", lambda _stopping: self.validate_next())
        self._trainer = Worker("job trainer", self._train_next)
        self._is_recovered = False
        self._short_of_space: set[str] = set()

    def start(self) -> None:
        """Go on where the last server stopped, or was killed."""
        self._validator.start()
        self._trainer.start()

    def wake(self) -> None:
        """Look at the queue: something in it has changed."""
        self._validator.wake()
        self._trainer.wake()

    def stop(self) -> None:
        """End the training process; its job stays `running`, and the next start resumes it."""
        self._trainer.stop()
        self._validator.stop()

    def validate_next(self) -> bool:
        """Check the files of the oldest new job that has them; say whether there was one."""
        is_ready = self._environment.preparation.are_files_here
        job = next_job(self._environment.database, JobStatus.VALIDATING_FILES, is_ready=is_ready)
        if job is None:
            return False
        self._do(job, lambda: validate(self._environment, job))
        self._trainer.wake()
        return True

    def _train_next(self, stopping: threading.Event) -> bool:
        if not self._is_recovered:
            self._recover()
        # No process watches over a paused job, so none clears it away when it is cancelled.
        self._clear(JobStatus.CANCELLED)
        job = next_job(self._environment.database, JobStatus.RUNNING, JobStatus.QUEUED)
        if job is None:
            return False
        self._do(job, lambda: train(self._environment, job, stopping))
        return True

    def _do(self, job: Job, work: Callable[[], None]) -> None:
        """Do the work; what goes wrong in it fails this job and no other. A full disk only delays it."""
        try:
            work()
        except StorageFull as error:
            self._tell_of_full_disk(job.id, error)
            raise
        except Exception as error:
            # Who cancels a job may delete it at once, while it is still worked on.
            if not clear_deleted(self._environment, job.id):
                self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, TuneportError):
            fail(self._environment, job.id, code=error.code, message=error.message, param=error.param)
            return
        log.error("job %s", job.id, exc_info=error)
        message = f"Tuneport failed on this job: {type(error).__name__}: {error}. The server's log has more."
        fail(self._environment, job.id, code="internal_error", message=message)

    def _tell_of_full_disk(self, job_id: str, error: StorageFull) -> None:
        """Once per job, as soon as there is room for the event: a job that waits without a word looks stuck."""
        if job_id in self._short_of_space:
            return
        message = events.waiting_for_space(error)
        with suppress(StorageFull):
            with self._environment.database.write() as session:
                add_event(session, job_id, message, at=self._environment.clock.now(), level="warn")
            self._short_of_space.add(job_id)

    def _recover(self) -> None:
        """Before any training: two processes on one run folder would spoil it."""
        self._environment.runner.end_orphans(self._environment.settings.runs)
        self._clear(*TERMINAL)
        self._is_recovered = True

    def _clear(self, *statuses: JobStatus) -> None:
        with self._environment.database.read() as session:
            ended = session.scalars(select(JobRow.id).where(JobRow.status.in_(statuses))).all()
        for job_id in ended:
            clear(self._environment, job_id)
