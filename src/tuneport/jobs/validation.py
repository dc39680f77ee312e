"""The first stage of a job: are its files good, and what does "auto" come to?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TypeVar

from tuneport.config import Hyperparameters, resolve_hyperparameters
from tuneport.jobs import events
from tuneport.jobs.environment import Environment
from tuneport.jobs.events import add_event
from tuneport.jobs.job import Auto, Job, RequestedHyperparameters
from tuneport.jobs.queue import find_job_row
from tuneport.jobs.status import JobStatus, move

Number = TypeVar("Number", int, float)


def validate(environment: Environment, job: Job) -> None:
    """Move the job to `queued`. Raises the `TuneportError` that it fails with."""
    checked = environment.preparation.check_files(job)
    resolved = _resolve(job, checked.n_examples, environment.preparation.parameters_of(job))
    at = environment.clock.now()
    with environment.database.write() as session:
        row = find_job_row(session, job.id)
        if row.status != JobStatus.VALIDATING_FILES:
            return
        chosen = RequestedHyperparameters(
            n_epochs=resolved.n_epochs,
            batch_size=resolved.batch_size,
            learning_rate_multiplier=resolved.learning_rate_multiplier,
            beta=resolved.beta,
        )
        row.hyperparameters = asdict(chosen)
        row.learning_rate = resolved.learning_rate
        row.reasons = resolved.reasons
        move(row, JobStatus.QUEUED, at=at)
        add_event(session, job.id, events.FILES_VALIDATED, at=at)
        for warning in checked.warnings:
            add_event(session, job.id, warning.message, at=at, level="warn", data=warning.data)
        message = events.hyperparameters_chosen(chosen, resolved.learning_rate, resolved.reasons)
        add_event(session, job.id, message, at=at)


def _resolve(job: Job, n_examples: int, parameters: int) -> Hyperparameters:
    requested = job.hyperparameters
    return resolve_hyperparameters(
        n_examples,
        parameters=parameters,
        n_epochs=_number(requested.n_epochs),
        batch_size=_number(requested.batch_size),
        learning_rate_multiplier=_number(requested.learning_rate_multiplier),
        learning_rate=job.training.learning_rate,
        method=job.method,
        trains_all_weights=job.tuning.kind == "full",
        beta=_number(requested.beta),
    )


def _number(value: Number | Auto | None) -> Number | None:
    return None if value == "auto" else value
