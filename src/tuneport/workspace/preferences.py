"""How a preference job did on its validation pairs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tuneport.config import RunFolder, Settings
from tuneport.core import NotFound
from tuneport.evals import PreferenceScore, score_preferences, write_preference_verdict
from tuneport.jobs import find_job_row
from tuneport.store import Database, ModelRow


@dataclass(frozen=True)
class HeldOutPreferences:
    score: PreferenceScore
    verdict: str


def read_preferences(database: Database, settings: Settings, job_id: str) -> HeldOutPreferences:
    """Give what the tuned model of a job reached. Raises `NotFound`, also where no pairs were held out."""
    with database.read() as session:
        row = find_job_row(session, job_id)
        metrics = session.scalar(select(ModelRow.metrics).where(ModelRow.name == row.tuned_model))
    n_pairs = RunFolder(settings.runs / job_id).count_references("validation")
    if metrics is None or n_pairs == 0:
        raise NotFound(
            f"Job {job_id} has no measured preferences. They are there once a job with the method 'dpo' and a "
            "validation file has succeeded, as long as its model is kept.",
            code="preferences_not_found",
            param="id",
        )
    score = score_preferences(round(metrics["full_valid_mean_token_accuracy"] * n_pairs), n_pairs)
    return HeldOutPreferences(score, write_preference_verdict(score))
