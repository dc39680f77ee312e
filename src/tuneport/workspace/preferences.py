"""How a preference job did on its validation pairs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tuneport.config import RunFolder, Settings
from tuneport.core import NotFound
from tuneport.evals import PreferenceScore, score_preferences, write_preference_verdict
from tuneport.jobs import find_job_row, last_of_each_step
from tuneport.store import Database, ModelRow


@dataclass(frozen=True)
class HeldOutPreferences:
    score: PreferenceScore
    verdict: str


def read_preferences(database: Database, settings: Settings, job_id: str) -> HeldOutPreferences:
    """Give what the tuned model of a job reached on pairs whose prompts were not trained.

    Raises `NotFound`, also where no such pairs were held out.
    """
    with database.read() as session:
        row = find_job_row(session, job_id)
        step = session.scalar(select(ModelRow.step).where(ModelRow.name == row.tuned_model))
    run = RunFolder(settings.runs / job_id)
    found = next((metrics for metrics in last_of_each_step(run) if metrics.step == step), None)
    if found is None or not found.n_unseen or found.n_unseen_right is None:
        raise NotFound(
            f"Job {job_id} has no measured preferences. They are there once a job with the method 'dpo' and a "
            "validation file, some of whose prompts are not in the training file, has succeeded, as long as its model "
            "is kept.",
            code="preferences_not_found",
            param="id",
        )
    n_trained = run.count_references("validation") - found.n_unseen
    score = score_preferences(round(found.n_unseen_right), found.n_unseen, n_trained=n_trained)
    return HeldOutPreferences(score, write_preference_verdict(score))
