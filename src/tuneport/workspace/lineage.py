"""Which model a job begins with, and which models must stay because a job begins with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import Conflict, NotFound
from tuneport.jobs import TERMINAL, Tuning, find_job_row
from tuneport.store import JobRow, ModelRow


@dataclass(frozen=True)
class StartingModel:
    base_model: str
    """As the request or the tuned model names it."""
    lineage: tuple[str, ...]
    """The tuned models on the way from there, the oldest first; the last is the one to go on from."""
    tuning: Tuning | None
    """What that one's job trained; `None` for a base model."""


def find_starting_model(session: Session, name: str) -> StartingModel:
    """Give what a job on the model `name` begins with. Raises `NotFound` for a tuned model that is not there."""
    if not name.startswith("ft:"):
        return StartingModel(name, (), None)
    row = find_model_row(session, name)
    job = find_job_row(session, row.job_id)
    return StartingModel(row.base_model, (*job.lineage, name), Tuning.of(job.tuning))


def find_model_row(session: Session, name: str) -> ModelRow:
    """Give the row of a tuned model or checkpoint. Raises `NotFound`."""
    row = session.scalar(select(ModelRow).where(ModelRow.name == name))
    if row is None:
        raise NotFound(
            f"The model {name!r} does not exist. List the models to see those there.",
            code="model_not_found",
            param="model",
        )
    return row


def require_no_job_on(session: Session, name: str) -> None:
    """Raise `Conflict` if a job that has not ended begins with the tuned model `name`."""
    for row in session.scalars(select(JobRow).where(JobRow.status.not_in(TERMINAL))):
        if name in row.lineage[-1:]:
            raise Conflict(
                f"The model {name!r} cannot be deleted: job {row.id}, which is '{row.status}', goes on from it. "
                "Wait until that job has ended, or cancel it first.",
                code="model_in_use",
                param="model",
            )
