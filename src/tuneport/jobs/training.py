"""The second stage of a job: get its model, run it, watch it, start it again after a crash."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.config import ModelSection, RunEvent, RunFolder, RunResult
from tuneport.core import ModelPullFailed, StorageFull
from tuneport.jobs import events
from tuneport.jobs.ending import clear_cancelled, fail, tell_where_it_stands
from tuneport.jobs.environment import Environment
from tuneport.jobs.events import add_event
from tuneport.jobs.following import follow, keep_newest_checkpoint
from tuneport.jobs.job import Job
from tuneport.jobs.launch import build_spec
from tuneport.jobs.publication import publish
from tuneport.jobs.queue import find_job_row, give_way, status_of
from tuneport.jobs.status import HOLDS_ACCELERATOR, JobStatus, move
from tuneport.store import JobRow, ModelRow

WANTED = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})
"""A job with another status is not to be worked on."""
POLL_SECONDS = 0.25
MAX_CRASHES = 2
"""A run that dies without a reason is started again so often."""
LOG_LINES = 5
"""So many last lines of the log are told when a run cannot be saved."""


class Interrupted(Exception):
    """The server stops, the user cancelled or paused, or the job gave way: leave it as it is."""


def train(environment: Environment, job: Job, stopping: threading.Event) -> None:
    """Bring a queued or interrupted job to its end, or leave it `running` where the server stops."""
    try:
        _prepare(environment, job, stopping)
        while _attempt(environment, job.id, stopping):
            pass
    except Interrupted:
        return


def _prepare(environment: Environment, job: Job, stopping: threading.Event) -> None:
    if not environment.preparation.is_model_here(job):
        with environment.database.write() as session:
            add_event(session, job.id, events.pulling(job.base_model), at=environment.clock.now())
    model = _fetch_model(environment, job, stopping)
    at = environment.clock.now()
    with environment.database.write() as session:
        row = find_job_row(session, job.id)
        has_to_wait = give_way(session, row, at=at)
        if row.status in WANTED and not has_to_wait:
            _begin(environment, session, row, model, at=at)
            return
    raise Interrupted


def _begin(environment: Environment, session: Session, row: JobRow, model: ModelSection, *, at: int) -> None:
    run = environment.run_folder(row.id)
    if not run.spec_file.exists():
        run.write_spec(build_spec(environment, row, model, start_from=_starting_folder(environment, session, row)))
    if row.status == JobStatus.QUEUED:
        move(row, JobStatus.RUNNING, at=at)
        add_event(session, row.id, events.GOES_ON if row.attempt else events.STARTED, at=at)


def _starting_folder(environment: Environment, session: Session, row: JobRow) -> Path | None:
    """Give where the tuned model lies that the job goes on from; it is not deleted before the job has ended."""
    if not row.lineage:
        return None
    parent = session.scalars(select(ModelRow).where(ModelRow.name == row.lineage[-1])).one()
    return environment.settings.home / parent.adapter_dir


def _fetch_model(environment: Environment, job: Job, stopping: threading.Event) -> ModelSection:
    try:
        return environment.preparation.fetch_model(
            job, on_progress=lambda: _raise_if_interrupted(environment, job.id, stopping, wanted=WANTED)
        )
    except StorageFull as error:
        # Waiting would not help as it does for a small record: a model is large, and the user must act.
        raise ModelPullFailed(error.message, code=error.code) from error


def _raise_if_interrupted(
    environment: Environment, job_id: str, stopping: threading.Event, *, wanted: frozenset[JobStatus]
) -> None:
    if stopping.is_set() or status_of(environment.database, job_id) not in wanted:
        raise Interrupted


def _attempt(environment: Environment, job_id: str, stopping: threading.Event) -> bool:
    """Run the training process once; `True` asks for another go."""
    run = environment.run_folder(job_id)
    exit_code = 0
    # Before the run writes on: a power cut may have left its files shorter than what was read of them.
    follow(environment, job_id)
    _, begun_at = run.read_events()
    if run.read_result() is None:
        log_file = _begin_attempt(environment, job_id, run)
        exit_code = _watch(environment, job_id, log_file, stopping)
    follow(environment, job_id)
    result = run.read_result()
    if result is not None:
        _publish(environment, job_id, result, stopping)
        return False
    failure = _failure(run, offset=begun_at)
    if failure is not None and failure.code == StorageFull.default_code:
        # The job waits, and its checkpoints stay.
        raise StorageFull(failure.message)
    if failure is not None:
        fail(environment, job_id, code=failure.code or "training_failed", message=failure.message, param=failure.param)
        return False
    return _try_again(environment, job_id, exit_code)


def _publish(environment: Environment, job_id: str, result: RunResult, stopping: threading.Event) -> None:
    try:
        publish(
            environment,
            job_id,
            result,
            on_wait=lambda: _raise_if_interrupted(environment, job_id, stopping, wanted=HOLDS_ACCELERATOR),
        )
    except Interrupted:
        _settle(environment, job_id)
        raise


def _begin_attempt(environment: Environment, job_id: str, run: RunFolder) -> Path:
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        row.attempt += 1
    return run.attempt_dir(row.attempt) / "log.txt"


def _watch(environment: Environment, job_id: str, log_file: Path, stopping: threading.Event) -> int:
    process = environment.runner.start(environment.run_folder(job_id).path, log_file)
    try:
        while (exit_code := process.exit_code()) is None:
            follow(environment, job_id)
            _give_way(environment, job_id)
            # A job that was paused and resumed between two looks is queued: its process ends, too.
            _raise_if_interrupted(environment, job_id, stopping, wanted=HOLDS_ACCELERATOR)
            stopping.wait(POLL_SECONDS)
        return exit_code
    finally:
        # Whatever went wrong here, no process writes on unwatched.
        process.stop()
        _settle(environment, job_id)


def _give_way(environment: Environment, job_id: str) -> None:
    with environment.database.read() as session:
        if not find_job_row(session, job_id).gives_way:
            return
    with environment.database.write() as session:
        give_way(session, find_job_row(session, job_id), at=environment.clock.now())


def _settle(environment: Environment, job_id: str) -> None:
    """Once the process of a cancelled or paused job is gone, do what had to wait for that."""
    match status_of(environment.database, job_id):
        case JobStatus.CANCELLED:
            clear_cancelled(environment, job_id)
        case JobStatus.PAUSED:
            follow(environment, job_id)
            keep_newest_checkpoint(environment, job_id)
            tell_where_it_stands(environment, job_id)
        case JobStatus.QUEUED:
            follow(environment, job_id)
            tell_where_it_stands(environment, job_id)


def _failure(run: RunFolder, *, offset: int) -> RunEvent | None:
    """Give why the last attempt failed; what an earlier one says, after which the job was paused, is over.

    Of several processes the first to fail knows why.
    """
    run_events, _ = run.read_events(offset=offset)
    failures = [event for event in run_events if event.kind == "failed"]
    return failures[0] if failures else None


def _try_again(environment: Environment, job_id: str, exit_code: int) -> bool:
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        if row.status != JobStatus.RUNNING:
            return False
        row.n_crashes += 1
        if row.n_crashes <= MAX_CRASHES:
            message = events.restarting(exit_code, row.attempt + 1)
            add_event(session, job_id, message, at=environment.clock.now(), level="warn")
            return True
    log = _last_lines(environment.run_folder(job_id).attempt_dir(row.attempt) / "log.txt")
    message = (
        f"The training process ended {row.n_crashes} times without a result, the last time with "
        f"{events.describe_exit(exit_code)}. Its last words: {log or 'none'}"
    )
    fail(environment, job_id, code="training_crashed", message=message)
    return False


def _last_lines(log_file: Path) -> str:
    lines = log_file.read_text(errors="replace").splitlines() if log_file.exists() else []
    return " | ".join(line.strip() for line in lines[-LOG_LINES:] if line.strip())
