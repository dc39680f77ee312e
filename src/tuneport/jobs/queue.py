"""The queue: it is the jobs table, in order of creation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tuneport.core import Conflict, NotFound, new_id
from tuneport.jobs import events
from tuneport.jobs.events import add_event
from tuneport.jobs.job import Job, RequestedHyperparameters, job_of
from tuneport.jobs.status import CANCELLABLE, HOLDS_ACCELERATOR, PAUSABLE, JobStatus, move
from tuneport.jobs.tuning import Tuning
from tuneport.store import Database, JobRow


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
    method: str = "supervised"
    suffix: str | None = None
    hyperparameters: RequestedHyperparameters = field(default_factory=RequestedHyperparameters)
    metadata: dict[str, str] = field(default_factory=dict)


def add_job(session: Session, new: NewJob, *, at: int) -> Job:
    """Record a job at the end of the queue, with its first two events."""
    job_id = new_id("ftjob-")
    row = JobRow(
        id=job_id,
        created_at=at,
        status=JobStatus.VALIDATING_FILES,
        base_model=new.base_model,
        lineage=list(new.lineage),
        stop_after_worse_epochs=new.stop_after_worse_epochs,
        tuning=new.tuning.record(),
        method=new.method,
        training_file=new.training_file,
        validation_file=new.validation_file,
        suffix=new.suffix,
        seed=new.seed,
        hyperparameters=asdict(new.hyperparameters),
        reasons={},
        labels=new.metadata,
        tuned_model=f"ft:{new.base_model}:{new.organization}:{new.suffix or ''}:{new_id('', length=8)}",
    )
    session.add(row)
    session.flush()
    add_event(session, job_id, events.created(job_id), at=at)
    if new.lineage:
        add_event(session, job_id, events.goes_on_from(new.lineage[-1]), at=at)
    add_event(session, job_id, events.validating(new.training_file, new.validation_file), at=at)
    return job_of(row)


def find_job_row(session: Session, job_id: str) -> JobRow:
    """Give the row. Raises `NotFound`."""
    row = session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None:
        raise NotFound(
            f"No such fine-tuning job: {job_id!r}. List the jobs to see those there.", code="job_not_found", param="id"
        )
    return row


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


def next_job(database: Database, *statuses: JobStatus) -> Job | None:
    """Give the oldest job of the first of these statuses that has any."""
    with database.read() as session:
        for status in statuses:
            row = session.scalar(select(JobRow).where(JobRow.status == status).order_by(JobRow.seq).limit(1))
            if row is not None:
                return job_of(row)
    return None


def queue_position(session: Session, row: JobRow) -> int | None:
    """Give how many jobs come before this one, `None` where it does not wait."""
    if row.status != JobStatus.QUEUED:
        return None
    holds = JobRow.status.in_(HOLDS_ACCELERATOR)
    waits = (JobRow.status == JobStatus.QUEUED) & (JobRow.seq < row.seq)
    return session.scalar(select(func.count()).select_from(JobRow).where(holds | waits))


def status_of(database: Database, job_id: str) -> JobStatus:
    with database.read() as session:
        return JobStatus(find_job_row(session, job_id).status)
