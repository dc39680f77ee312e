"""The queue: it is the jobs table, in order of creation; jobs that give way come after all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from sqlalchemy import bindparam, delete, func, select, tuple_
from sqlalchemy.orm import Session

from tuneport.config import TrainingOptions
from tuneport.core import Conflict, NotFound, new_id
from tuneport.jobs import events
from tuneport.jobs.events import add_event
from tuneport.jobs.job import Job, RequestedHyperparameters, job_of
from tuneport.jobs.status import CANCELLABLE, HOLDS_ACCELERATOR, PAUSABLE, TERMINAL, JobStatus, move
from tuneport.jobs.tuning import Tuning
from tuneport.store import Database, JobEventRow, JobRow, ModelRow, OwnRows, Reader, as_they_are, of_all_projects

ROWS_AT_ONCE = 20
_BY_ID = OwnRows(JobRow, JobRow.is_deleted.is_(False), JobRow.id == bindparam("job_id"))


@dataclass(frozen=True)
class NewJob:
    base_model: str
    training_file: str
    validation_file: str | None
    seed: int
    organization: str
    lineage: tuple[str, ...] = ()
    stop_after_worse_epochs: int | None = None
    tuning: Tuning = field(default_factory=Tuning)
    training: TrainingOptions = field(default_factory=TrainingOptions)
    method: str = "supervised"
    suffix: str | None = None
    hyperparameters: RequestedHyperparameters = field(default_factory=RequestedHyperparameters)
    metadata: dict[str, str] = field(default_factory=dict)
    gives_way: bool = False
    training_type: str | None = None
    model_alias: str | None = None
    """The owner's name for the base model, where it was asked for by it; the tuned model is then called by it too."""
    remarks: tuple[str, ...] = ()
    """What its request asked for and will not be done; told as warnings."""


def add_job(session: Session, new: NewJob, *, at: int) -> Job:
    """Record a job at the end of the queue, with its first two events."""
    job_id = new_id("ftjob-")
    row = JobRow(
        id=job_id,
        created_at=at,
        status=JobStatus.VALIDATING_FILES,
        base_model=new.base_model,
        model_alias=new.model_alias,
        lineage=list(new.lineage),
        stop_after_worse_epochs=new.stop_after_worse_epochs,
        tuning=new.tuning.record(),
        training=new.training.chosen(),
        gives_way=new.gives_way,
        training_type=new.training_type,
        method=new.method,
        training_file=new.training_file,
        validation_file=new.validation_file,
        suffix=new.suffix,
        seed=new.seed,
        hyperparameters=asdict(new.hyperparameters),
        reasons={},
        labels=new.metadata,
        tuned_model=_tuned_name(new),
    )
    session.add(row)
    session.flush()
    add_event(session, job_id, events.created(job_id), at=at)
    if new.lineage:
        add_event(session, job_id, events.goes_on_from(new.lineage[-1]), at=at)
    if new.training_type is not None:
        add_event(session, job_id, events.trained_here(new.training_type), at=at)
    if new.gives_way:
        add_event(session, job_id, events.GIVES_WAY, at=at)
    for remark in new.remarks:
        add_event(session, job_id, remark, at=at, level="warn")
    add_event(session, job_id, events.validating(new.training_file, new.validation_file), at=at)
    return job_of(row)


def _tuned_name(new: NewJob) -> str:
    return f"ft:{new.model_alias or new.base_model}:{new.organization}:{new.suffix or ''}:{new_id('', length=8)}"


def find_job_row(session: Session, job_id: str, *, also_deleted: bool = False) -> JobRow:
    """Give the row. Raises `NotFound`."""
    row = session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None or (row.is_deleted and not also_deleted):
        raise _no_such_job(job_id)
    return row


def read_job(reader: Reader, job_id: str) -> Job:
    """Give the job as it is recorded. Raises `NotFound`."""
    found = _BY_ID.read(reader, as_they_are, job_id=job_id)
    if not found:
        raise _no_such_job(job_id)
    return job_of(found[0])


def _no_such_job(job_id: str) -> NotFound:
    return NotFound(
        f"No such fine-tuning job: {job_id!r}. List the jobs to see those there.", code="job_not_found", param="id"
    )


def delete_job(session: Session, job_id: str) -> bool:
    """Delete an ended job with its events; say whether its run folder can go too.

    As long as models that it made are there, its row stays, hidden: it knows how they came about.
    Raises `NotFound`, or `Conflict` where the job has not ended.
    """
    row = _row_that_is(TERMINAL, session, job_id, only="jobs that have ended can be deleted; cancel it first")
    session.execute(delete(JobEventRow).where(JobEventRow.job_id == job_id))
    if session.scalar(select(ModelRow.seq).where(ModelRow.job_id == job_id).limit(1)) is not None:
        row.is_deleted = True
        return False
    session.delete(row)
    return True


def cancel_job(session: Session, job_id: str, *, at: int) -> Job:
    """End the job. Raises `NotFound`, or `Conflict` where it has already ended."""
    row = _row_that_is(CANCELLABLE, session, job_id, only="queued, running or paused jobs can be cancelled")
    return _change(session, row, JobStatus.CANCELLED, events.CANCELLED, at=at)


def pause_job(session: Session, job_id: str, *, at: int) -> Job:
    """Set the job aside. Raises `NotFound`, or `Conflict` where it is neither queued nor running."""
    row = _row_that_is(PAUSABLE, session, job_id, only="queued or running jobs can be paused")
    return _change(session, row, JobStatus.PAUSED, events.PAUSED, at=at)


def resume_job(session: Session, job_id: str, *, at: int) -> Job:
    """Put a paused job back into the queue, at the place of its age. Raises `NotFound` or `Conflict`."""
    row = _row_that_is(frozenset({JobStatus.PAUSED}), session, job_id, only="paused jobs can be resumed")
    return _change(session, row, JobStatus.QUEUED, events.RESUMED, at=at)


def _row_that_is(statuses: frozenset[JobStatus], session: Session, job_id: str, *, only: str) -> JobRow:
    row = find_job_row(session, job_id)
    if row.status not in statuses:
        raise Conflict(f"Job {job_id} is '{row.status}'; only {only}.")
    return row


def _change(session: Session, row: JobRow, to: JobStatus, event: str, *, at: int) -> Job:
    move(row, to, at=at)
    add_event(session, row.id, event, at=at)
    return job_of(row)


def next_job(
    database: Database, *statuses: JobStatus, is_ready: Callable[[Job], bool] = lambda job: True
) -> Job | None:
    """Give the job that is ready and first in the queue, of the first of these statuses that has any."""
    with database.read() as session:
        for status in statuses:
            rows = select(JobRow).where(JobRow.status == status).order_by(JobRow.gives_way, JobRow.seq)
            for row in session.scalars(rows.execution_options(yield_per=ROWS_AT_ONCE)):
                if is_ready(job := job_of(row)):
                    return job
    return None


def give_way(session: Session, row: JobRow, *, at: int) -> bool:
    """Put a running job back into the queue if it gives way and another waits that does not; say whether it did."""
    if not row.gives_way or row.status != JobStatus.RUNNING:
        return False
    waits = select(JobRow.seq).where(JobRow.status == JobStatus.QUEUED, JobRow.gives_way.is_(False)).limit(1)
    if session.scalar(waits) is None:
        return False
    _change(session, row, JobStatus.QUEUED, events.GAVE_WAY, at=at)
    return True


def queue_position(session: Session, row: JobRow) -> int | None:
    """Give how many jobs come before this one, `None` where it does not wait."""
    if row.status != JobStatus.QUEUED:
        return None
    holds = JobRow.status.in_(HOLDS_ACCELERATOR)
    waits = (JobRow.status == JobStatus.QUEUED) & (tuple_(JobRow.gives_way, JobRow.seq) < (row.gives_way, row.seq))
    # The queue is the server's: jobs of other projects come before this one too.
    return session.scalar(of_all_projects(select(func.count()).select_from(JobRow).where(holds | waits)))


def status_of(database: Database, job_id: str) -> JobStatus:
    with database.read() as session:
        return JobStatus(find_job_row(session, job_id).status)
