from pathlib import Path

import pytest

from ending_model import DAY, ENDING_DATE, home_with_ending_model
from fake_clock import FakeClock
from tuneport.config import Settings
from tuneport.core import InvalidRequest, NotFound
from tuneport.jobs import NewJob, add_job
from tuneport.store import Database, ModelRow
from tuneport.workspace import Models
from tuneport.workspace.trainable_model import trainable_model

TUNED = "ft:old:local::abc"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home folder whose owner gave a model the day of its end."""
    return home_with_ending_model(tmp_path, shutdown=ENDING_DATE)


@pytest.fixture
def models(database: Database, settings: Settings, clock: FakeClock) -> Models:
    """The base model, and one that was tuned on it."""
    with database.of_project("proj_a").write() as session:
        job = add_job(session, NewJob("old", "file-a", None, seed=1, organization="local"), at=1)
        facts = {"base_model": "old", "adapter_dir": "runs/a", "metrics": {}}
        session.add(ModelRow(name=TUNED, created_at=1, job_id=job.id, step=1, **facts))
    return Models(database.of_project("proj_a"), settings, clock)


@pytest.mark.requirement("R7.1", "R7.3")
@pytest.mark.parametrize("name", ["old", TUNED])
def test_model_answers_until_the_day_of_its_base_model_s_end(models: Models, clock: FakeClock, name: str):
    clock.seconds = DAY - 1
    assert models.answering(name) == name

    clock.seconds = DAY
    with pytest.raises(NotFound, match="answers no more since 2027-01-06") as caught:
        models.answering(name)

    assert caught.value.code == "model_shut_down"
    assert models.find(name).name == name


def test_no_job_is_made_on_a_model_that_answers_no_more(settings: Settings):
    assert trainable_model("old", "supervised", settings, at=DAY - 1) == "old"

    with pytest.raises(InvalidRequest, match="not offered for new jobs since 2027-01-06"):
        trainable_model("old", "supervised", settings, at=DAY)
