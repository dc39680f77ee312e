from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import Settings
from tuneport.core import Conflict, Forbidden, NotFound
from tuneport.jobs import JobStatus, find_job_row
from tuneport.store import Database, FileRow, ModelRow, open_database
from tuneport.workspace import DeploymentRequest, Deployments, JobRequest, Jobs, Models, PageRequest
from tuneport.workspace.permissions import Permissions
from tuneport.workspace.projects import Projects

BASE = "smollm2-135m-instruct"


class Side:
    """What the keys of one project do."""

    def __init__(self, database: Database, settings: Settings, name: str) -> None:
        self.database = database.of_project(f"proj_{name}")
        self.file = f"file-{name}"
        self.models = Models(self.database, settings, FakeClock())
        self.deployments = Deployments(self.database, self.models, settings, FakeClock())
        self.jobs = Jobs(self.database, settings, FakeClock(), lambda: None)
        with self.database.write() as session:
            session.add(FileRow(id=self.file, created_at=1, filename="a", purpose="fine-tune", n_bytes=1))

    def tune(self, model: str):
        return self.jobs.create(JobRequest(model=model, training_file=self.file))

    def tuned_names(self) -> list[str]:
        return [model.name for model in self.models.list() if model.name.startswith("ft:")]

    def finish(self, job_id: str) -> str:
        """Give the name of the model that the job has now made."""
        with self.database.write() as session:
            row = find_job_row(session, job_id)
            row.status = JobStatus.SUCCEEDED
            session.add(
                ModelRow(
                    name=row.tuned_model,
                    created_at=1,
                    job_id=job_id,
                    base_model=row.base_model,
                    adapter_dir=f"runs/{job_id}",
                    step=9,
                    metrics={},
                )
            )
            return row.tuned_model


class World:
    """Project a has made a model; project b has not."""

    def __init__(self, database: Database, settings: Settings) -> None:
        projects = Projects(database, FakeClock())
        for name in ("a", "b"):
            projects.create(name, project_id=f"proj_{name}")
        self.permissions = Permissions(database, projects, FakeClock())
        self.a, self.b = Side(database, settings, "a"), Side(database, settings, "b")
        self.model = self.a.finish(self.a.tune(BASE).id)

    def grant(self) -> str:
        return self.permissions.grant(self.model, ["proj_b"])[0].id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    settings = Settings(home=tmp_path)
    database = open_database(settings.database)
    yield World(database, settings)
    database.close()


def test_model_of_another_project_is_not_there(world: World):
    assert (world.a.tuned_names(), world.b.tuned_names()) == ([world.model], [])
    for ask in (world.b.models.find, world.b.models.find_tuned, world.b.tune, world.b.models.delete):
        with pytest.raises(NotFound, match=world.model):
            ask(world.model)


def test_granted_model_is_listed_and_used(world: World):
    world.grant()

    assert world.b.tuned_names() == [world.model]
    assert world.b.models.find_tuned(world.model).base_model == BASE
    assert world.b.tune(world.model).lineage == (world.model,)


def test_permission_that_is_taken_back_ends_the_use(world: World):
    permission = world.grant()

    world.permissions.revoke(world.model, permission)

    assert world.b.tuned_names() == []
    with pytest.raises(NotFound):
        world.b.tune(world.model)
    with pytest.raises(NotFound, match=permission):
        world.permissions.revoke(world.model, permission)


def test_permission_is_for_one_model_and_no_other_record(world: World):
    other = world.a.finish(world.a.tune(BASE).id)
    world.grant()

    with pytest.raises(NotFound):
        world.b.models.find(other)
    assert world.b.jobs.list(PageRequest()).items == ()


def test_granted_model_is_not_deleted_by_who_may_only_use_it(world: World):
    world.grant()

    with pytest.raises(Forbidden, match="another project") as caught:
        world.b.models.delete(world.model)

    assert caught.value.code == "not_own_model"
    assert world.a.tuned_names() == [world.model]


def test_model_stays_while_a_job_of_another_project_goes_on_from_it(world: World):
    world.grant()
    job = world.b.tune(world.model)

    with pytest.raises(Conflict, match="a job of another project goes on from it") as caught:
        world.a.models.delete(world.model)

    assert job.id not in caught.value.message


def test_model_that_another_project_deployed_is_freed_by_revoking_its_permission(world: World):
    permission = world.grant()
    for side in (world.a, world.b):
        side.deployments.create(DeploymentRequest("support", world.model))
    world.a.deployments.delete("support")

    with pytest.raises(Conflict, match="a deployment of the project 'proj_b' answers with it") as caught:
        world.a.models.delete(world.model)
    world.permissions.revoke(world.model, permission)
    world.a.models.delete(world.model)

    assert "support" not in caught.value.message
    assert world.b.deployments.list() == ()
    assert world.a.tuned_names() == []


def test_revoked_permission_leaves_the_deployments_of_others_and_of_other_models(world: World):
    own = world.b.finish(world.b.tune(BASE).id)
    for side, model in ((world.a, world.model), (world.b, own)):
        side.deployments.create(DeploymentRequest("support", model))
    granted = world.permissions.grant(world.model, ["proj_a", "proj_b"])

    for permission in granted:
        world.permissions.revoke(world.model, permission.id)

    assert [len(side.deployments.list()) for side in (world.a, world.b)] == [1, 1]


def test_deleted_model_takes_its_permissions_along(world: World):
    world.grant()
    world.a.models.delete(world.model)

    assert world.b.tuned_names() == []
    with pytest.raises(NotFound):
        world.permissions.list(world.model, PageRequest())


def test_granting_twice_is_granting_once(world: World):
    assert world.grant() == world.grant()
    assert len(world.permissions.list(world.model, PageRequest()).items) == 1


def test_permissions_are_listed_by_project_too(world: World):
    granted = world.permissions.grant(world.model, ["proj_a", "proj_b"])

    listed = world.permissions.list(world.model, PageRequest(order="asc")).items
    of_b = world.permissions.list(world.model, PageRequest(), project_id="proj_b").items

    assert listed == granted
    assert of_b == granted[1:]


def test_what_is_not_there_cannot_be_granted_or_be_granted_to(world: World):
    for model, project in ((world.model, "proj_c"), ("ft:none", "proj_b"), (BASE, "proj_b")):
        with pytest.raises(NotFound):
            world.permissions.grant(model, [project])

    assert world.permissions.list(world.model, PageRequest()).items == ()


def test_jobs_of_other_projects_stand_in_the_same_queue(world: World):
    first, second = world.a.tune(BASE), world.b.tune(BASE)
    for side, job in ((world.a, first), (world.b, second)):
        with side.database.write() as session:
            find_job_row(session, job.id).status = JobStatus.QUEUED

    assert world.b.jobs.progress(second.id).queue_position == 1
