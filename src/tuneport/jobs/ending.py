"""How a job ends or rests: with a model and a result file, or with a reason; and what is cleared away then."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.config import KEPT_FILE, RunResult, StepMetrics
from tuneport.core import new_id
from tuneport.jobs import events
from tuneport.jobs.environment import Environment
from tuneport.jobs.events import Level, add_event
from tuneport.jobs.following import keep_checkpoint
from tuneport.jobs.gate import Verdict
from tuneport.jobs.queue import find_job_row
from tuneport.jobs.result_file import RESULT_FILENAME, RESULT_PURPOSE, last_of_each_step, result_csv
from tuneport.jobs.status import TERMINAL, JobStatus, may_move, move
from tuneport.store import FileRow, JobRow, ModelRow


def succeed(environment: Environment, job_id: str, result: RunResult, verdict: Verdict | None = None) -> None:
    """Record the model and the result file, and move the job to `succeeded`, unless the user was faster.

    `verdict`: of `Gate.judge`. A job that was paused meanwhile succeeds when it is resumed.
    """
    steps = last_of_each_step(environment.run_folder(job_id))
    file_id, content = new_id("file-"), result_csv(steps)
    with environment.blobs.new(file_id) as blob:
        blob.write(content)
        blob.finish()
    at = environment.clock.now()
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        is_too_late = not may_move(row, JobStatus.SUCCEEDED)
        if not is_too_late:
            _keep_last_epochs(environment, session, row, result, steps)
            session.add_all(
                [
                    _result_file_row(row, file_id, len(content), at),
                    _model_row(environment, row, result, steps, at, verdict),
                ]
            )
            if verdict is not None:
                level: Level = "warn" if verdict.record is None else "info"
                add_event(session, job_id, verdict.message, at=at, level=level)
            _record_success(session, row, file_id, result, at)
    if is_too_late:
        environment.blobs.delete(file_id)
    if row.status in TERMINAL:
        clear(environment, job_id)


def _result_file_row(row: JobRow, file_id: str, n_bytes: int, at: int) -> FileRow:
    return FileRow(
        id=file_id,
        project_id=row.project_id,
        created_at=at,
        filename=RESULT_FILENAME,
        purpose=RESULT_PURPOSE,
        n_bytes=n_bytes,
    )


def _record_success(session: Session, row: JobRow, file_id: str, result: RunResult, at: int) -> None:
    row.result_file = file_id
    row.trained_tokens = result.trained_tokens
    move(row, JobStatus.SUCCEEDED, at=at)
    add_event(session, row.id, events.model_created(row.tuned_model), at=at)
    add_event(session, row.id, events.SUCCEEDED, at=at)


def _keep_last_epochs(
    environment: Environment, session: Session, row: JobRow, result: RunResult, steps: Sequence[StepMetrics]
) -> None:
    """Where the model is not that of the last step, the epochs after it that are still there stay as checkpoints."""
    if result.checkpoint_step is None:
        return
    run = environment.run_folder(row.id)
    saved = {event.step for event in run.read_events()[0] if event.kind == "checkpoint_saved"}
    for metrics in steps:
        is_there = metrics.step in saved and run.checkpoint_dir(metrics.step).exists()
        if is_there and metrics.step > result.checkpoint_step:
            keep_checkpoint(environment, session, row, metrics)


def _model_row(
    environment: Environment,
    row: JobRow,
    result: RunResult,
    steps: Sequence[StepMetrics],
    at: int,
    verdict: Verdict | None,
) -> ModelRow:
    step = result.checkpoint_step or result.steps
    adapter_dir = environment.run_folder(row.id).path / result.checkpoint
    return ModelRow(
        name=row.tuned_model,
        project_id=row.project_id,
        created_at=at,
        job_id=row.id,
        base_model=row.base_model,
        adapter_dir=str(adapter_dir.relative_to(environment.settings.home)),
        step=step,
        metrics=events.step_data(next(metrics for metrics in steps if metrics.step == step)),
        parity={"engine": verdict.record} if verdict is not None and verdict.record is not None else None,
    )


def fail(environment: Environment, job_id: str, *, code: str, message: str, param: str | None = None) -> None:
    """Move the job to `failed` with this error, unless it has ended or was paused by now."""
    at = environment.clock.now()
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        if not may_move(row, JobStatus.FAILED):
            return
        row.error = {"code": code, "message": message, "param": param}
        move(row, JobStatus.FAILED, at=at)
        add_event(session, job_id, message, at=at, level="error")
    clear(environment, job_id)


def clear_cancelled(environment: Environment, job_id: str) -> None:
    """Remove what a cancelled run leaves, and say so."""
    clear(environment, job_id)
    with environment.database.write() as session:
        add_event(session, job_id, events.CLEARED, at=environment.clock.now())


def clear_deleted(environment: Environment, job_id: str) -> bool:
    """Remove what the process of a deleted job wrote up to its end; say whether the job is deleted."""
    with environment.database.read() as session:
        row = session.scalar(select(JobRow).where(JobRow.id == job_id))
    if row is None:
        shutil.rmtree(environment.run_folder(job_id).path, ignore_errors=True)
        return True
    if row.is_deleted:
        clear(environment, job_id)
    return row.is_deleted


def tell_where_it_stands(environment: Environment, job_id: str) -> None:
    """Say that the process of a paused job is gone, and where a resume will begin."""
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        add_event(session, job_id, events.set_aside(row.last_step), at=environment.clock.now())


def clear(environment: Environment, job_id: str) -> None:
    """Remove the checkpoint folders that no model stands for: no one resumes a job that has ended.

    Weights that were not let through stay until the job is deleted: somebody has to look at them.
    """
    run = environment.run_folder(job_id)
    if not run.checkpoints.exists():
        return
    with environment.database.read() as session:
        kept = set(session.scalars(select(ModelRow.adapter_dir).where(ModelRow.job_id == job_id)))
        row = session.scalars(select(JobRow).where(JobRow.id == job_id)).one()
        keeps_refused = row.status == JobStatus.FAILED and not row.is_deleted
    for folder in run.checkpoints.iterdir():
        is_kept = keeps_refused and (folder / KEPT_FILE).exists()
        if not is_kept and str(folder.relative_to(environment.settings.home)) not in kept:
            shutil.rmtree(folder, ignore_errors=True)
