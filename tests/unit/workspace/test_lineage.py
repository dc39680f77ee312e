from pathlib import Path

import pytest
from sqlalchemy import select

from tuneport.config import DEFAULT_PROJECT, Settings
from tuneport.core import Conflict, InvalidRequest, NotFound, SystemClock
from tuneport.jobs import JobStatus, cancel_job, find_job_row
from tuneport.store import ComparisonRow, FileRow, JobRow, ModelRow, open_database
from tuneport.workspace import JobRequest, Jobs, Models

BASE = "smollm2-135m-instruct"


class Desk:
    """Jobs and models on one home, on which no one works."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home)
        self.database = open_database(self.settings.database).of_project(DEFAULT_PROJECT)
        self.jobs = Jobs(self.database, self.settings, SystemClock(), lambda: None)
        self.models = Models(self.database, self.settings, SystemClock())
        with self.database.write() as session:
            session.add(FileRow(id="file-a", created_at=1, filename="a", purpose="fine-tune", n_bytes=1))

    def tune(self, model: str, **values: object):
        return self.jobs.create(JobRequest(model=model, training_file="file-a", **values))

    def tuned_model(self, model: str) -> str:
        """Give the name of a model that a job on `model` has made, with its checkpoint of step 5."""
        job = self.tune(model)
        with self.database.write() as session:
            row = find_job_row(session, job.id)
            row.status = JobStatus.SUCCEEDED
            for name, step in ((row.tuned_model, 9), (f"{row.tuned_model}:ckpt-step-5", 5)):
                folder = self.settings.runs / job.id / f"checkpoints/{step:06d}"
                folder.mkdir(parents=True)
                adapter_dir = str(folder.relative_to(self.settings.home))
                session.add(
                    ModelRow(
                        name=name,
                        created_at=1,
                        job_id=job.id,
                        base_model=row.base_model,
                        adapter_dir=adapter_dir,
                        step=step,
                        metrics={},
                    )
                )
            return row.tuned_model

    def future_name(self, job_id: str) -> str:
        with self.database.read() as session:
            return session.scalars(select(JobRow.tuned_model).where(JobRow.id == job_id)).one()


@pytest.fixture
def desk(tmp_path: Path):
    desk = Desk(tmp_path)
    yield desk
    desk.database.close()


@pytest.mark.requirement("R5.2")
def test_job_on_a_tuned_model_keeps_the_base_model_and_the_whole_lineage(desk: Desk):
    parent = desk.tuned_model(BASE)
    child = desk.tuned_model(f"{parent}:ckpt-step-5")

    job = desk.tune(child)

    assert job.base_model == BASE
    assert job.lineage == (f"{parent}:ckpt-step-5", child)
    assert desk.future_name(job.id).startswith(f"ft:{BASE}:local:")


def test_job_on_a_base_model_has_no_lineage(desk: Desk):
    assert desk.tune(BASE).lineage == ()


@pytest.mark.parametrize("name", ["ft:smollm2-135m-instruct:local::none", "ft:gpt-4o-mini:acme::abc", "ft:"])
def test_tuned_model_that_is_not_here_is_named(desk: Desk, name: str):
    with pytest.raises(NotFound, match=f"The model '{name}' does not exist") as caught:
        desk.tune(name)

    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_deleted_model_cannot_be_gone_on_from(desk: Desk):
    parent = desk.tuned_model(BASE)
    desk.models.delete(parent)

    with pytest.raises(NotFound, match="does not exist"):
        desk.tune(parent)


def test_model_stays_while_a_job_that_goes_on_from_it_has_not_ended(desk: Desk):
    parent = desk.tuned_model(BASE)
    child = desk.tune(parent)

    with pytest.raises(Conflict) as caught:
        desk.models.delete(parent)

    assert caught.value.code == "model_in_use"
    assert caught.value.message == (
        f"The model {parent!r} cannot be deleted: job {child.id}, which is 'validating_files', goes on from it. "
        "Wait until that job has ended, or cancel it first."
    )
    assert desk.models.find_tuned(parent).adapter_dir.exists()


def test_model_can_be_deleted_once_the_job_has_ended_and_its_other_checkpoint_at_any_time(desk: Desk):
    parent = desk.tuned_model(BASE)
    folder = desk.models.find_tuned(parent).adapter_dir
    child = desk.tune(parent)

    desk.models.delete(f"{parent}:ckpt-step-5")
    with desk.database.write() as session:
        cancel_job(session, child.id, at=2)
    desk.models.delete(parent)

    assert not folder.exists()
    assert desk.jobs.find(child.id).lineage == (parent,)


def test_model_stays_while_a_comparison_that_asks_it_has_not_ended(desk: Desk):
    model = desk.tuned_model(BASE)
    asked = {"training_file": "file-a", "validation_file": "file-a", "base_model": BASE, "tuned_model": model}
    row = ComparisonRow(id="cmp_a", created_at=1, status="queued", few_shot_rows=5, seed=0, **asked)
    with desk.database.write() as session:
        session.add(row)

    with pytest.raises(Conflict, match="comparison cmp_a, which is 'queued', asks it") as caught:
        desk.models.delete(model)

    assert caught.value.code == "model_in_use"
    with desk.database.write() as session:
        session.merge(row).status = "succeeded"
    desk.models.delete(model)


def test_early_stopping_needs_a_validation_file(desk: Desk):
    with pytest.raises(InvalidRequest, match="there is no 'validation_file' by whose loss") as caught:
        desk.tune(BASE, stop_after_worse_epochs=2)

    assert caught.value.code == "validation_file_missing"
    assert desk.tune(BASE, stop_after_worse_epochs=2, validation_file="file-a").stop_after_worse_epochs == 2
