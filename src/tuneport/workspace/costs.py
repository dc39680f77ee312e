"""The cost sheet: what each job trained, what of it is billed at the owner's prices, and what electricity it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuneport.config import RunFolder, Settings, StepMetrics
from tuneport.jobs import Job, JobStatus, last_of_each_step
from tuneport.store import Page
from tuneport.workspace.jobs import Jobs
from tuneport.workspace.paging import PageRequest

NOT_BILLED = (
    "waiting in the queue, and being paused",
    "jobs that failed",
    "jobs that were cancelled before their first step",
    "the check of files, and tokens of validation files",
)
SECONDS_PER_HOUR = 3600
WATTS_PER_KILOWATT = 1000


@dataclass(frozen=True)
class JobCost:
    job_id: str
    created_at: int
    status: JobStatus
    base_model: str
    hours: float
    """Of its steps."""
    tokens: int
    """Of its steps' rows, each row as if it were computed alone."""
    is_billed: bool
    price: float
    """By hours and by tokens together; 0 where it is not billed."""
    electricity_price: float | None
    """Also of what is not billed; `None` where the owner did not say what the machine draws and what that costs."""


class Costs:
    def __init__(self, jobs: Jobs, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings

    def list(self, page: PageRequest) -> Page[JobCost]:
        """Give what the project's jobs cost, in the order of the jobs."""
        found = self._jobs.list(page)
        return Page(tuple(map(self._cost, found.items)), found.has_more)

    def _cost(self, job: Job) -> JobCost:
        return cost_of(job, last_of_each_step(RunFolder(self._settings.runs / job.id)), self._settings)


def cost_of(job: Job, steps: Sequence[StepMetrics], settings: Settings) -> JobCost:
    """Give what the job cost; a step that a resumed run did again counts once."""
    hours = sum(step.seconds for step in steps) / SECONDS_PER_HOUR
    tokens = sum(step.tokens_seen for step in steps)
    is_billed = bool(steps) and job.status is not JobStatus.FAILED
    price = hours * settings.price_per_training_hour + tokens * settings.price_per_million_training_tokens / 1e6
    return JobCost(
        job_id=job.id,
        created_at=job.created_at,
        status=job.status,
        base_model=job.base_model,
        hours=hours,
        tokens=tokens,
        is_billed=is_billed,
        price=price if is_billed else 0.0,
        electricity_price=_electricity_price(hours, settings),
    )


def _electricity_price(hours: float, settings: Settings) -> float | None:
    if settings.training_watts is None or settings.price_per_kilowatt_hour is None:
        return None
    return hours * settings.training_watts / WATTS_PER_KILOWATT * settings.price_per_kilowatt_hour
