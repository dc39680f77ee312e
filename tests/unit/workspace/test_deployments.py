import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fake_clock import FakeClock
from tuneport.config import Settings
from tuneport.core import Conflict, InvalidRequest, NotFound, QuotaExceeded, SystemClock
from tuneport.jobs import JobStatus, find_job_row
from tuneport.store import FileRow, ModelRow, open_database
from tuneport.workspace import DeploymentRequest, Deployments, JobRequest, Jobs, Model, Models
from tuneport.workspace.deployments import remove_unused_deployments

BASE = "smollm2-135m-instruct"
DAY = 24 * 3600


class Desk:
    """Models and deployments of two projects on one home."""

    def __init__(self, home: Path, **values: object) -> None:
        self.settings = Settings(home=home, **values)
        self.clock = FakeClock()
        self.database = open_database(self.settings.database)
        self.models, self.deployments = self.of_project("proj_a")

    def of_project(self, project_id: str) -> tuple[Models, Deployments]:
        database = self.database.of_project(project_id)
        models = Models(database, self.settings, self.clock)
        return models, Deployments(database, models, self.settings, self.clock)

    def tuned_model(self) -> str:
        database = self.database.of_project("proj_a")
        with database.write() as session:
            session.merge(FileRow(seq=1, id="file-a", created_at=1, filename="a", purpose="fine-tune", n_bytes=1))
        job = Jobs(database, self.settings, SystemClock(), lambda: None).create(JobRequest(BASE, "file-a"))
        with database.write() as session:
            row = find_job_row(session, job.id)
            row.status = JobStatus.SUCCEEDED
            model = {"created_at": 1, "job_id": job.id, "base_model": BASE, "adapter_dir": "x", "metrics": {}}
            session.add(ModelRow(name=row.tuned_model, step=9, **model))
            checkpoint = f"{row.tuned_model}:ckpt-step-5"
            session.add(ModelRow(name=checkpoint, step=5, checkpoint_id=f"ftckpt_{row.seq}", **model))
            return row.tuned_model

    def deploy(self, name: str, model: str, **values: object):
        return self.deployments.create(DeploymentRequest(name, model, **values))

    def pass_time(self, seconds: int) -> None:
        self.clock.seconds += seconds
        remove_unused_deployments(self.database, self.settings, now=self.clock.now())

    def names(self) -> list[str]:
        return [deployment.name for deployment in self.deployments.list()]


@pytest.fixture
def desk(tmp_path: Path):
    desk = Desk(tmp_path)
    yield desk
    desk.database.close()


def test_deployment_s_name_answers_with_its_model(desk: Desk):
    tuned = desk.tuned_model()
    desk.deploy("support", tuned)

    assert desk.models.find("support").name == tuned
    assert desk.models.answering("support") == tuned


def test_deployment_goes_before_a_base_model_of_the_same_name(desk: Desk):
    tuned = desk.tuned_model()
    desk.deploy(BASE, tuned)

    assert desk.models.answering(BASE) == tuned


@pytest.mark.parametrize("spelling", ["ftckpt_1", "{tuned}:ckpt-step-5"])
def test_checkpoint_is_deployed_by_name_or_id(desk: Desk, spelling: str):
    tuned = desk.tuned_model()

    assert desk.deploy("early", spelling.format(tuned=tuned)).model == f"{tuned}:ckpt-step-5"


def test_id_of_the_job_s_last_checkpoint_is_its_model(desk: Desk):
    tuned = desk.tuned_model()
    job_id = desk.models.find(tuned).job_id or ""

    assert desk.models.find(job_id.replace("ftjob-", "ftckpt_")).name == tuned


def test_name_that_is_taken_is_refused_and_put_replaces_it(desk: Desk):
    desk.deploy("support", BASE)
    tuned = desk.tuned_model()

    with pytest.raises(Conflict, match="answers with 'smollm2"):
        desk.deploy("support", tuned)
    replaced, is_new = desk.deployments.put(DeploymentRequest("support", tuned))

    assert (replaced.model, is_new) == (tuned, False)
    assert desk.names() == ["support"]


@pytest.mark.parametrize("name", ["", "a" * 65, "../x", "a b", "a:b", ".hidden"])
def test_name_that_cannot_be_part_of_a_path_is_refused(desk: Desk, name: str):
    with pytest.raises(InvalidRequest) as caught:
        desk.deploy(name, BASE)

    assert caught.value.code == "invalid_deployment_name"


def test_unknown_model_cannot_be_deployed(desk: Desk):
    with pytest.raises(NotFound):
        desk.deploy("support", "ft:smollm2-135m-instruct:local::none")


@pytest.mark.requirement("R3.9")
def test_deployed_model_cannot_be_deleted_until_its_deployment_is(desk: Desk):
    tuned = desk.tuned_model()
    desk.deploy("support", tuned)

    with pytest.raises(Conflict, match="'support'") as caught:
        desk.models.delete(tuned)
    desk.deployments.delete("support")
    desk.models.delete(tuned)

    assert caught.value.code == "model_deployed"
    with pytest.raises(NotFound):
        desk.models.find(tuned)


@pytest.mark.parametrize("verb", ["create", "put"])
def test_nothing_can_be_deleted_between_the_look_at_a_model_and_its_deployment(desk: Desk, verb: str):
    refusals: list[str] = []

    class WatchedModels(Models):
        def find(self, name: str) -> Model:
            with closing(sqlite3.connect(desk.settings.database, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    refusals.append(str(error))
            return super().find(name)

    database = desk.database.of_project("proj_a")
    models = WatchedModels(database, desk.settings, desk.clock)

    getattr(Deployments(database, models, desk.settings, desk.clock), verb)(DeploymentRequest("a", BASE))

    assert refusals == ["database is locked"]
    assert desk.names() == ["a"]


@pytest.mark.requirement("R3.2")
def test_tuned_model_s_deployment_is_removed_after_fifteen_days_without_use_and_the_model_stays(desk: Desk):
    tuned = desk.tuned_model()
    desk.deploy("support", tuned)

    desk.pass_time(15 * DAY - 1)
    assert desk.names() == ["support"]
    desk.pass_time(1)

    assert desk.names() == []
    assert desk.models.find(tuned).name == tuned


def test_use_keeps_a_deployment(desk: Desk):
    desk.deploy("support", desk.tuned_model())

    desk.pass_time(14 * DAY)
    desk.models.answering("support")
    desk.pass_time(14 * DAY)

    assert desk.names() == ["support"]
    assert desk.deployments.find("support").expires_at == desk.clock.now() + DAY


@pytest.mark.requirement("R3.2")
def test_developer_deployment_is_removed_after_a_day_however_much_it_is_used(desk: Desk):
    desk.deploy("trial", BASE, sku="DeveloperTier")

    desk.pass_time(DAY - 1)
    desk.models.answering("trial")
    desk.pass_time(1)

    assert desk.names() == []


def test_base_model_s_deployment_stays(desk: Desk):
    desk.deploy("plain", BASE)

    desk.pass_time(1000 * DAY)

    assert desk.names() == ["plain"]
    assert desk.deployments.find("plain").expires_at is None


def test_looking_at_a_model_is_no_use_of_its_deployment(desk: Desk):
    desk.deploy("support", desk.tuned_model())

    desk.clock.seconds += DAY
    desk.models.find("support")

    assert desk.deployments.find("support").last_used_at == desk.clock.now() - DAY


@pytest.mark.requirement("R3.5")
def test_limit_counts_tuned_models_only_and_lets_one_be_replaced(tmp_path: Path):
    desk = Desk(tmp_path, max_tuned_deployments=1)
    first, second = desk.tuned_model(), desk.tuned_model()
    desk.deploy("plain", BASE)
    desk.deploy("one", first)

    with pytest.raises(QuotaExceeded, match="There are 1"):
        desk.deploy("two", second)

    assert desk.deployments.put(DeploymentRequest("one", second))[0].model == second
    desk.database.close()


def test_projects_have_deployments_of_the_same_name_and_see_their_own(desk: Desk):
    desk.deploy("support", desk.tuned_model())
    models, deployments = desk.of_project("proj_b")
    deployments.create(DeploymentRequest("support", BASE))

    desk.clock.seconds += DAY
    models.answering("support")

    assert deployments.find("support").last_used_at == desk.clock.now()
    assert desk.deployments.find("support").last_used_at == desk.clock.now() - DAY
    assert models.answering("support") == BASE


def test_a_pinned_deployment_stays_while_nobody_asks_and_keeps_its_pin_until_it_is_told_otherwise(desk: Desk):
    model = desk.tuned_model()
    desk.deploy("pinned", model, pinned=True)
    desk.deploy("other", model)
    desk.deployments.put(DeploymentRequest("pinned", model))

    desk.pass_time(desk.settings.idle_deployment_seconds + 1)

    assert desk.names() == ["pinned"]
    assert desk.deployments.find("pinned").pinned
    assert not desk.deployments.put(DeploymentRequest("pinned", model, pinned=False))[0].pinned
