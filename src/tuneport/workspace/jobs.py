"""Fine-tuning jobs: create, look at, pause and resume, cancel."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.catalog import find_model
from tuneport.config import Settings
from tuneport.core import Clock, InvalidRequest
from tuneport.jobs import (
    Checkpoint,
    Job,
    JobEvent,
    JobProgress,
    NewJob,
    RequestedHyperparameters,
    add_job,
    cancel_job,
    checkpoint_of,
    event_of,
    find_job_row,
    job_of,
    pause_job,
    read_progress,
    resume_job,
)
from tuneport.store import Database, FileRow, JobEventRow, JobRow, ModelRow, Page, read_page
from tuneport.workspace.paging import PageRequest

PLANNED_METHODS = ("reinforcement",)
MAX_SEED = 2**31 - 1
_SUFFIX = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class JobRequest:
    model: str
    training_file: str
    validation_file: str | None = None
    method: str = "supervised"
    hyperparameters: RequestedHyperparameters = field(default_factory=RequestedHyperparameters)
    suffix: str | None = None
    seed: int | None = None
    """`None` takes a random one."""
    metadata: dict[str, str] = field(default_factory=dict)


class Jobs:
    def __init__(self, database: Database, settings: Settings, clock: Clock, on_change: Callable[[], None]) -> None:
        """`on_change` is called when the queue has changed."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._on_change = on_change

    def create(self, request: JobRequest) -> Job:
        """Queue a job. What its files hold is checked later, in the job. Raises `InvalidRequest` or `NotFound`."""
        new = NewJob(
            base_model=_base_model(request, self._settings),
            training_file=request.training_file,
            validation_file=request.validation_file,
            method=request.method,
            seed=secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed,
            organization=self._settings.organization,
            suffix=_checked_suffix(request.suffix),
            hyperparameters=request.hyperparameters,
            metadata=request.metadata,
        )
        with self._database.write() as session:
            _require_file(session, request.training_file, "training_file")
            if request.validation_file is not None:
                _require_file(session, request.validation_file, "validation_file")
            job = add_job(session, new, at=self._clock.now())
        self._on_change()
        return job

    def list(self, page: PageRequest, *, metadata: Mapping[str, str] | None = None) -> Page[Job]:
        """Give the jobs that carry all of `metadata`."""
        rows = select(JobRow)
        for key, value in (metadata or {}).items():
            rows = rows.where(JobRow.labels[key].as_string() == value)
        with self._database.read() as session:
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(job_of, found.items)), found.has_more)

    def find(self, job_id: str) -> Job:
        """Give the job. Raises `NotFound`."""
        with self._database.read() as session:
            return job_of(find_job_row(session, job_id))

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
        rows = select(JobEventRow).where(JobEventRow.job_id == job_id)
        with self._database.read() as session:
            find_job_row(session, job_id)
            found = read_page(session, rows, after=page.after, limit=page.limit, order=page.order)
        return Page(tuple(map(event_of, found.items)), found.has_more)

    def checkpoints(self, job_id: str, page: PageRequest) -> Page[Checkpoint]:
        """Give the checkpoints that are kept, newest first. Raises `NotFound`."""
        rows = select(ModelRow).where(ModelRow.job_id == job_id, ModelRow.checkpoint_id.is_not(None))
        with self._database.read() as session:
            find_job_row(session, job_id)
            found = read_page(
                session, rows, after=page.after, limit=page.limit, order=page.order, cursor="checkpoint_id"
            )
        return Page(tuple(map(checkpoint_of, found.items)), found.has_more)

    def progress(self, job_id: str) -> JobProgress:
        """Give how far the job is. Raises `NotFound`."""
        return read_progress(self._database, self._settings.runs, job_id)


def _base_model(request: JobRequest, settings: Settings) -> str:
    """Give the catalog's own name for the model that is asked for."""
    if request.method in PLANNED_METHODS:
        raise InvalidRequest(
            f"'method.type' is {request.method!r}, which is planned and not there yet. Use 'supervised' or 'dpo'.",
            code="method_planned",
            param="method.type",
        )
    if request.model.startswith("ft:"):
        raise InvalidRequest(
            f"'model' is {request.model!r}, a tuned model. To tune it further is planned and not there yet. "
            "Use a base model, with the rows of both trainings in one file.",
            code="continued_tuning_planned",
            param="model",
        )
    model = find_model(request.model, settings)
    if request.method not in model.methods:
        raise InvalidRequest(
            f"Model {model.name!r} cannot be tuned by {request.method!r}. It can by: {', '.join(model.methods)}.",
            code="method_not_supported",
            param="model",
        )
    return model.name


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
