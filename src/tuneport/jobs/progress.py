"""How far a job is, read from the end of its run's metrics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuneport.config import DataReport, Forecast, RunFolder, RunResult, StepMetrics
from tuneport.jobs.queue import find_job_row, queue_position
from tuneport.jobs.status import JobStatus
from tuneport.store import Database

TAIL_BYTES = 64 * 1024
"""The last hundred steps or more, however long the run is."""
PACE_STEPS = 20
"""Time left and tokens per second are means over so many steps."""


@dataclass(frozen=True)
class JobProgress:
    job_id: str
    method: str
    status: JobStatus
    queue_position: int | None
    n_epochs: int | None
    """`None` while it is not chosen, which the files decide."""
    step: int | None
    total_steps: int | None
    epoch: int | None
    train_loss: float | None
    train_accuracy: float | None
    valid_loss: float | None
    tokens_per_second: float | None
    seconds_left: float | None
    data_report: DataReport | None
    forecast: Forecast | None
    result: RunResult | None
    attempt: int


def read_progress(database: Database, runs: Path, job_id: str) -> JobProgress:
    """Give what is known by now; `None` is what is not. Raises `NotFound`."""
    with database.read() as session:
        row = find_job_row(session, job_id)
        position = queue_position(session, row)
    run = RunFolder(runs / row.id)
    steps = recent_steps(run)
    last = steps[-1] if steps else None
    status = JobStatus(row.status)
    return JobProgress(
        job_id=row.id,
        method=row.method,
        status=status,
        queue_position=position,
        n_epochs=None if row.hyperparameters["n_epochs"] == "auto" else row.hyperparameters["n_epochs"],
        step=last.step if last else None,
        total_steps=last.total_steps if last else None,
        epoch=last.epoch if last else None,
        train_loss=last.train_loss if last else None,
        train_accuracy=last.train_accuracy if last else None,
        valid_loss=_last_valid_loss(steps),
        tokens_per_second=_tokens_per_second(steps),
        seconds_left=seconds_left(steps) if status == JobStatus.RUNNING else None,
        data_report=run.read_data_report(),
        forecast=run.read_forecast(),
        result=run.read_result(),
        attempt=row.attempt,
    )


def recent_steps(run: RunFolder) -> list[StepMetrics]:
    """Give the last steps that the run wrote, oldest first."""
    return run.read_metrics(offset=_tail_start(run.metrics_file))[0]


def seconds_left(steps: list[StepMetrics]) -> float | None:
    """Give the time for the steps that remain, at the pace of the last ones."""
    if not steps:
        return None
    recent = steps[-PACE_STEPS:]
    pace = sum(metrics.seconds for metrics in recent) / len(recent)
    return (recent[-1].total_steps - recent[-1].step) * pace


def _tokens_per_second(steps: list[StepMetrics]) -> float | None:
    recent = steps[-PACE_STEPS:]
    seconds = sum(metrics.seconds for metrics in recent)
    return sum(metrics.tokens_seen for metrics in recent) / seconds if seconds else None


def _last_valid_loss(steps: list[StepMetrics]) -> float | None:
    for metrics in reversed(steps):
        if metrics.full_valid_loss is not None:
            return metrics.full_valid_loss
        if metrics.valid_loss is not None:
            return metrics.valid_loss
    return None


def _tail_start(path: Path) -> int:
    """Give the offset of the first whole line among the last `TAIL_BYTES`."""
    if not path.exists():
        return 0
    start = path.stat().st_size - TAIL_BYTES
    if start <= 0:
        return 0
    with path.open("rb") as file:
        file.seek(start)
        return start + len(file.readline())
