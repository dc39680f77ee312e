"""What earlier runs of a base model took on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from tuneport.config import RunFolder, Settings
from tuneport.jobs import JobStatus, Tuning, last_of_each_step
from tuneport.store import Database, JobRow

MOST_RUNS = 5
_LOOKED_AT = 50


@dataclass(frozen=True)
class PastRuns:
    n_runs: int
    tokens_per_second: float
    """Distinct tokens computed, the median of the runs."""
    peak_memory_bytes: int
    """The most of any."""


def find_past_runs(database: Database, settings: Settings, base_model: str, method: str) -> PastRuns | None:
    """Give what the last runs of plain adapters took; `None` where there is no such run."""
    rows = (
        select(JobRow)
        .where(JobRow.status == JobStatus.SUCCEEDED, JobRow.base_model == base_model, JobRow.method == method)
        .order_by(JobRow.seq.desc())
        .limit(_LOOKED_AT)
    )
    with database.read() as session:
        job_ids = [row.id for row in session.scalars(rows) if _is_plain(row)]
    return _summary(RunFolder(settings.runs / job_id) for job_id in job_ids[:MOST_RUNS])


def _is_plain(row: JobRow) -> bool:
    return Tuning.of(row.tuning) == Tuning() and not row.training


def _summary(runs: Iterable[RunFolder]) -> PastRuns | None:
    speeds, peaks = [], []
    for run in runs:
        steps, result = last_of_each_step(run), run.read_result()
        seconds = sum(step.seconds for step in steps)
        if result is not None and seconds > 0:
            speeds.append(sum(step.tokens_computed for step in steps) / seconds)
            peaks.append(result.peak_memory_bytes)
    return PastRuns(len(speeds), median(speeds), max(peaks)) if speeds else None
