"""Which model a job begins with, and which models must stay because a job begins with them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from tuneport.core import Conflict, NotFound
from tuneport.jobs import TERMINAL, Tuning
from tuneport.store import ComparisonRow, JobRow, ModelRow, of_all_projects
from tuneport.workspace.comparison_record import UNFINISHED
from tuneport.workspace.permissions import job_of_model, usable_models

TUNED_STARTS = ("ft:", "ftckpt_")
"""What a tuned model's name and a checkpoint's id begin with; anything else is a base model."""


def is_tuned(name: str) -> bool:
    return name.startswith(TUNED_STARTS)


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
    if not is_tuned(name):
        return StartingModel(name, (), None)
    row = find_model_row(session, name)
    job = job_of_model(session, row)
    return StartingModel(row.base_model, (*job.lineage, row.name), Tuning.of(job.tuning))


def find_model_row(session: Session, name: str) -> ModelRow:
    """Give the row of a tuned model or checkpoint, by its name or a checkpoint's id. Raises `NotFound`."""
    is_named = or_(ModelRow.name == name, ModelRow.checkpoint_id == name, _is_final(name))
    row = session.scalar(usable_models(session).where(is_named))
    if row is None:
        raise NotFound(
            f"The model {name!r} does not exist. List the models to see those there.",
            code="model_not_found",
            param="model",
        )
    return row


def _is_final(checkpoint_id: str) -> ColumnElement[bool]:
    """The model that a job ended with is a checkpoint too, under the id of `jobs.final_checkpoint_id`."""
    job_id = checkpoint_id.replace("ftckpt_", "ftjob-", 1)
    return and_(ModelRow.job_id == job_id, ModelRow.checkpoint_id.is_(None))


def require_no_job_on(session: Session, name: str) -> None:
    """Raise `Conflict` if a job that has not ended goes on from it: one of any project, or the one that it is from."""
    made_by = session.scalar(of_all_projects(select(ModelRow.job_id).where(ModelRow.name == name)))
    for row in session.scalars(of_all_projects(select(JobRow).where(JobRow.status.not_in(TERMINAL)))):
        if name in row.lineage[-1:] or row.id == made_by:
            is_own = session.info.get("project_id") in (None, row.project_id)
            who = f"job {row.id}, which is '{row.status}'," if is_own else "a job of another project"
            raise Conflict(
                f"The model {name!r} cannot be deleted: {who} goes on from it. "
                "Wait until that job has ended, or cancel it first.",
                code="model_in_use",
                param="model",
            )


def require_no_comparison_on(session: Session, name: str) -> None:
    """Raise `Conflict` if a comparison of any project that has not ended asks it."""
    is_asked = or_(ComparisonRow.base_model == name, ComparisonRow.tuned_model == name)
    rows = select(ComparisonRow).where(ComparisonRow.status.in_(UNFINISHED), is_asked).limit(1)
    row = session.scalar(of_all_projects(rows))
    if row is not None:
        is_own = session.info.get("project_id") in (None, row.project_id)
        who = f"comparison {row.id}, which is '{row.status}'," if is_own else "a comparison of another project"
        raise Conflict(
            f"The model {name!r} cannot be deleted: {who} asks it. Wait until that has ended, or cancel it first.",
            code="model_in_use",
            param="model",
        )
