"""Fine-tuning jobs: create, look at, pause and resume, cancel."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tuneport.catalog import find_alias, find_model
from tuneport.config import RunFolder, Settings, StepMetrics
from tuneport.core import Clock, InvalidRequest
from tuneport.jobs import (
    Checkpoint,
    Job,
    JobEvent,
    JobProgress,
    NewJob,
    add_job,
    cancel_job,
    checkpoint_of,
    checkpoint_or_model_of,
    delete_job,
    event_of,
    job_of,
    last_of_each_step,
    pause_job,
    read_job,
    read_progress,
    resume_job,
)
from tuneport.store import Database, FileRow, JobEventRow, JobRow, ModelRow, OwnRows, Page, read_page
from tuneport.workspace.job_request import JobRequest, made_whole
from tuneport.workspace.lineage import StartingModel, find_starting_model
from tuneport.workspace.longest_row import longest_row_tokens
from tuneport.workspace.paging import PageRequest, cut_page
from tuneport.workspace.quotas import require_room_for_job
from tuneport.workspace.trainable_model import trainable_model
from tuneport.workspace.tuning_choice import checked_tuning

MAX_SEED = 2**31 - 1
_JOBS = OwnRows(JobRow, JobRow.is_deleted.is_(False))
_EVENTS = OwnRows(JobEventRow, JobEventRow.job_id == bindparam("job_id"))
_SUFFIX = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Jobs:
    def __init__(self, database: Database, settings: Settings, clock: Clock, on_change: Callable[[], None]) -> None:
        """`on_change` is called when the queue has changed."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._on_change = on_change

    def create(self, request: JobRequest) -> Job:
        """Queue a job. What its files hold is checked later, in the job.

        Raises `InvalidRequest`, `NotFound`, or `QuotaExceeded` where too many wait.
        """
        with self._database.write() as session:
            _require_file(session, request.training_file, "training_file")
            if request.validation_file is not None:
                _require_file(session, request.validation_file, "validation_file")
            require_room_for_job(session, self._settings)
            start = find_starting_model(session, request.model)
            job = add_job(session, self._new_job(made_whole(request), start), at=self._clock.now())
        self._on_change()
        return job

    def _new_job(self, request: JobRequest, start: StartingModel) -> NewJob:
        base_model = trainable_model(start.base_model, request.method, self._settings, at=self._clock.now())
        longest_row_tokens(find_model(base_model, self._settings), request.training.longest_row_tokens)
        return NewJob(
            base_model=base_model,
            model_alias=find_alias(start.base_model, self._settings),
            lineage=start.lineage,
            stop_after_worse_epochs=request.stop_after_worse_epochs,
            tuning=checked_tuning(request.tuning, start.tuning),
            training=request.training,
            training_file=request.training_file,
            validation_file=request.validation_file,
            method=request.method,
            seed=secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed,
            organization=self._settings.organization,
            suffix=_checked_suffix(request.suffix),
            hyperparameters=request.hyperparameters,
            metadata=request.metadata,
            gives_way=request.gives_way,
            training_type=request.training_type,
            remarks=request.remarks,
        )

    def list(self, page: PageRequest, *, metadata: Mapping[str, str] | None = None) -> Page[Job]:
        """Give the jobs that carry all of `metadata`."""
        rows = _JOBS
        for key, value in (metadata or {}).items():
            rows = rows.where(JobRow.labels[key].as_string() == value)
        with self._database.read_rows() as reader:
            found = read_page(reader, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(job_of, found.items)), found.has_more)

    def find(self, job_id: str) -> Job:
        """Give the job. Raises `NotFound`."""
        with self._database.read_rows() as reader:
            return read_job(reader, job_id)

    def cancel(self, job_id: str) -> Job:
        """End the job at once; its process follows. Raises `NotFound`, or `Conflict` where it has ended."""
        with self._database.write() as session:
            job = cancel_job(session, job_id, at=self._clock.now())
        self._on_change()
        return job

    def pause(self, job_id: str) -> Job:
        """Set the job aside; its process saves where it is and ends. Raises `NotFound` or `Conflict`."""
        with self._database.write() as session:
            job = pause_job(session, job_id, at=self._clock.now())
        self._on_change()
        return job

    def resume(self, job_id: str) -> Job:
        """Queue a paused job again, to go on where it stopped. Raises `NotFound` or `Conflict`."""
        with self._database.write() as session:
            job = resume_job(session, job_id, at=self._clock.now())
        self._on_change()
        return job

    def events(self, job_id: str, page: PageRequest) -> Page[JobEvent]:
        """Give what the job has told, newest first. Raises `NotFound`."""
        with self._database.read_rows() as reader:
            read_job(reader, job_id)
            found = read_page(
                reader, _EVENTS, after=page.after, limit=page.limit, order=page.order, values={"job_id": job_id}
            )
        return Page(tuple(map(event_of, found.items)), found.has_more)

    def checkpoints(self, job_id: str, page: PageRequest) -> Page[Checkpoint]:
        """Give the checkpoints that are kept, newest first. Raises `NotFound`."""
        rows = OwnRows(ModelRow, ModelRow.job_id == job_id, ModelRow.checkpoint_id.is_not(None))
        with self._database.read_rows() as reader:
            read_job(reader, job_id)
            found = read_page(
                reader, rows, after=page.after, limit=page.limit, order=page.order, cursor="checkpoint_id"
            )
        return Page(tuple(map(checkpoint_of, found.items)), found.has_more)

    def checkpoints_and_model(self, job_id: str, page: PageRequest) -> Page[Checkpoint]:
        """Give the checkpoints that are kept and the model that the job ended with, newest first. Raises `NotFound`."""
        rows = select(ModelRow).where(ModelRow.job_id == job_id).order_by(ModelRow.step, ModelRow.seq)
        with self._database.read() as session:
            read_job(session, job_id)
            found = [checkpoint_or_model_of(row) for row in session.scalars(rows)]
        return cut_page(found, page, lambda checkpoint: checkpoint.id)

    def steps_in(self, result_file: str) -> tuple[StepMetrics, ...] | None:
        """Give the steps that a result file tells of; `None` for another file, or where its job is deleted."""
        with self._database.read() as session:
            job_id = session.scalar(select(JobRow.id).where(JobRow.result_file == result_file))
        return None if job_id is None else last_of_each_step(RunFolder(self._settings.runs / job_id))

    def delete(self, job_id: str) -> None:
        """Delete an ended job with its events; models and files stay. Raises `NotFound` or `Conflict`."""
        with self._database.write() as session:
            is_gone = delete_job(session, job_id)
        if is_gone:
            shutil.rmtree(self._settings.runs / job_id, ignore_errors=True)

    def progress(self, job_id: str) -> JobProgress:
        """Give how far the job is. Raises `NotFound`."""
        return read_progress(self._database, self._settings.runs, job_id)


def _checked_suffix(suffix: str | None) -> str | None:
    if suffix is not None and not _SUFFIX.fullmatch(suffix):
        raise InvalidRequest(
            f"'suffix' is {suffix!r}. It becomes part of the model's name: "
            "use 1 to 64 letters, digits, '.', '_' or '-'.",
            code="invalid_suffix",
            param="suffix",
        )
    return suffix


def _require_file(session: Session, file_id: str, param: str) -> None:
    row = session.scalar(select(FileRow).where(FileRow.id == file_id))
    if row is None:
        raise InvalidRequest(
            f"'{param}' is {file_id!r}, and there is no such file. Upload it first and give the id of the answer.",
            code="file_not_found",
            param=param,
        )
    if row.purpose != "fine-tune":
        raise InvalidRequest(
            f"'{param}' is {file_id!r}, a file for {row.purpose!r}. Upload it with the purpose 'fine-tune'.",
            code="invalid_purpose",
            param=param,
        )
