"""What a run writes into its folder becomes events and checkpoints of its job, each exactly once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.config import RunEvent, RunFolder, RunSpec, StepMetrics
from tuneport.core import new_id
from tuneport.jobs import events
from tuneport.jobs.environment import Environment
from tuneport.jobs.events import Level, add_event
from tuneport.jobs.progress import recent_steps, seconds_left
from tuneport.jobs.queue import find_job_row
from tuneport.jobs.status import TERMINAL, JobStatus
from tuneport.store import JobRow, ModelRow


def follow(environment: Environment, job_id: str) -> None:
    """Take over what was written since the last call; the offsets move in the same transaction as the events."""
    run = environment.run_folder(job_id)
    with environment.database.read() as session:
        row = find_job_row(session, job_id)
        start = (row.events_offset, row.metrics_offset)
    # Events first: a checkpoint that was read then finds the metrics of its step below.
    run_events, events_end = run.read_events(offset=start[0])
    steps, metrics_end = run.read_metrics(offset=start[1])
    if start == (events_end, metrics_end):
        return
    with environment.database.write() as session:
        row = find_job_row(session, job_id)
        if row.status in TERMINAL:
            return
        _take_over(environment, session, row, run_events, steps)
        row.events_offset, row.metrics_offset = events_end, metrics_end
        left = seconds_left(recent_steps(run)) if row.status == JobStatus.RUNNING else None
        row.estimated_finish = None if left is None else environment.clock.now() + round(left)


def _take_over(
    environment: Environment, session: Session, row: JobRow, run_events: list[RunEvent], steps: list[StepMetrics]
) -> None:
    run = environment.run_folder(row.id)
    at = environment.clock.now()
    for event in run_events:
        if event.kind in ("noted", "warned"):
            level: Level = "warn" if event.kind == "warned" else "info"
            add_event(session, row.id, event.message, at=at, level=level, data=event.data)
    checkpoints = _checkpoints_to_keep(run, run_events)
    for metrics in steps:
        # A resumed run writes the steps after its checkpoint again; the user has seen them.
        if metrics.step > row.last_step:
            add_event(session, row.id, events.step_message(metrics), at=at, metrics=events.step_data(metrics))
            row.last_step = metrics.step
        while checkpoints and checkpoints[0].step <= metrics.step:
            keep_checkpoint(environment, session, row, checkpoints.pop(0))
    for metrics in checkpoints:
        keep_checkpoint(environment, session, row, metrics)


def keep_checkpoint(environment: Environment, session: Session, row: JobRow, metrics: StepMetrics) -> None:
    """Make the checkpoint after this step a model, unless it is one."""
    name = f"{row.tuned_model}:ckpt-step-{metrics.step}"
    if session.scalar(select(ModelRow.seq).where(ModelRow.name == name)) is not None:
        return
    at = environment.clock.now()
    run = environment.run_folder(row.id)
    session.add(
        ModelRow(
            name=name,
            project_id=row.project_id,
            created_at=at,
            job_id=row.id,
            base_model=row.base_model,
            adapter_dir=str(run.checkpoint_dir(metrics.step).relative_to(environment.settings.home)),
            step=metrics.step,
            checkpoint_id=new_id("ftckpt_"),
            metrics=events.step_data(metrics),
        )
    )
    add_event(session, row.id, events.checkpoint_created(metrics.step, name), at=at)


def keep_newest_checkpoint(environment: Environment, job_id: str) -> None:
    """Make the checkpoint that a paused run left a model, to be tried before the job goes on."""
    run = environment.run_folder(job_id)
    steps, _ = run.read_metrics()
    found = [metrics for metrics in steps if run.checkpoint_dir(metrics.step).exists()]
    newest = max(found, key=lambda metrics: metrics.step, default=None)
    if newest is None or newest.step == newest.total_steps:
        return
    run.keep_checkpoint(newest.step)
    with environment.database.write() as session:
        keep_checkpoint(environment, session, find_job_row(session, job_id), newest)


def _checkpoints_to_keep(run: RunFolder, run_events: list[RunEvent]) -> list[StepMetrics]:
    saved = {event.step for event in run_events if event.kind == "checkpoint_saved"}
    if not saved:
        return []
    steps, _ = run.read_metrics()
    spec = run.read_spec()
    at_saved = {metrics.step: metrics for metrics in steps if metrics.step in saved}
    return [at_saved[step] for step in sorted(at_saved) if is_kept(step, at_saved[step].total_steps, spec)]


def is_kept(step: int, total_steps: int, spec: RunSpec) -> bool:
    """Say whether a checkpoint stays as a model: those of the last epochs do, and the very last is the model itself.

    One from the middle of an epoch is there for a resume only.
    """
    steps_per_epoch = total_steps // spec.schedule.n_epochs
    epochs_after, rest = divmod(total_steps - step, steps_per_epoch)
    return rest == 0 and 0 < epochs_after < spec.cadence.keep_checkpoints
