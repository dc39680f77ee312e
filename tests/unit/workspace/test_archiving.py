from collections.abc import Iterator
from pathlib import Path

import pytest

from guarded_app import Guarded, guarded
from tuneport.config import DEFAULT_PROJECT
from tuneport.core import Conflict, Forbidden, InvalidRequest, NotFound
from tuneport.store import BatchRow, ComparisonRow, open_database
from tuneport.workspace import DeploymentRequest, JobRequest, PageRequest, Project

MODEL = "smollm2-135m-instruct"
TEAM = "proj_team"
OTHER = "proj_other"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    """Two projects beside the default one."""
    with guarded(tmp_path) as door:
        for project_id in (TEAM, OTHER):
            door.workspace.projects.create("a", project_id=project_id)
        yield door


@pytest.fixture
def team(door: Guarded) -> Project:
    return door.workspace.project(TEAM)


def add_file(project: Project) -> str:
    with project.files.upload() as upload:
        upload.write(b"{}\n")
        return upload.finish(filename="a.jsonl", purpose="fine-tune").id


def files_of(project: Project) -> list[str]:
    return [file.id for file in project.files.list(PageRequest()).items]


def add_comparison(door: Guarded) -> None:
    files = {"training_file": "file-a", "validation_file": "file-a"}
    models = {"base_model": MODEL, "tuned_model": MODEL}
    row = ComparisonRow(
        id="cmp_a", project_id=TEAM, created_at=1, status="running", few_shot_rows=5, seed=1, **files, **models
    )
    add(door, row)


def add_batch(door: Guarded) -> None:
    times = {"created_at": 1, "expires_at": 2, "completion_window": "24h"}
    row = BatchRow(
        id="batch_a", project_id=TEAM, status="in_progress", endpoint="/v1/a", input_file_id="a", labels={}, **times
    )
    add(door, row)


def add(door: Guarded, row: ComparisonRow | BatchRow) -> None:
    database = open_database(door.workspace.settings.database)
    with database.write() as session:
        session.add(row)
    database.close()


def test_archived_project_lets_nobody_in_and_the_other_works_on(door: Guarded):
    team_key, other_key = door.key(project_id=TEAM), door.key(project_id=OTHER)
    admin = door.key("admin")

    door.workspace.archiving.archive(TEAM)

    assert door.code("GET", "/v1/files", team_key) == (401, "revoked_api_key")
    assert door.code("GET", "/v1/files", admin, headers={"openai-project": TEAM}) == (403, "project_archived")
    assert door.code("GET", "/v1/files", other_key) == (200, None)


def test_archived_project_gets_no_key_and_no_permission(door: Guarded):
    door.workspace.archiving.archive(TEAM)

    with pytest.raises(Forbidden, match="tuneport projects restore proj_team"):
        door.workspace.keys.create("a", project_id=TEAM, scope="use")
    with pytest.raises(Forbidden, match="is archived"):
        door.workspace.permissions.grant("ft:a", [TEAM])


def test_project_with_an_unfinished_job_is_not_archived(door: Guarded, team: Project):
    key = door.key(project_id=TEAM)
    job = team.jobs.create(JobRequest(model=MODEL, training_file=add_file(team)))

    with pytest.raises(Conflict, match=job.id) as caught:
        door.workspace.archiving.archive(TEAM)

    assert caught.value.code == "project_at_work"
    assert door.code("GET", "/v1/files", key) == (200, None)
    team.jobs.cancel(job.id)
    assert door.workspace.archiving.archive(TEAM).archived_at == door.clock.now()


@pytest.mark.parametrize(("add_work", "named"), [(add_batch, "batch_a"), (add_comparison, "cmp_a")])
def test_project_with_an_unfinished_batch_or_comparison_is_not_archived(door: Guarded, add_work, named: str):
    add_work(door)

    with pytest.raises(Conflict, match=named):
        door.workspace.archiving.archive(TEAM)


def test_work_of_another_project_keeps_none_from_being_archived(door: Guarded):
    other = door.workspace.project(OTHER)
    other.jobs.create(JobRequest(model=MODEL, training_file=add_file(other)))

    assert door.workspace.archiving.archive(TEAM).archived_at is not None


def test_request_that_was_let_in_before_adds_nothing(door: Guarded, team: Project):
    file = add_file(team)
    door.workspace.archiving.archive(TEAM)

    with pytest.raises(Forbidden, match="is archived"):
        team.jobs.create(JobRequest(model=MODEL, training_file=file))

    assert team.jobs.list(PageRequest()).items == ()


def test_restored_project_has_its_files_and_no_key_or_deployment(door: Guarded, team: Project):
    key, file = door.key(project_id=TEAM), add_file(team)
    team.deployments.create(DeploymentRequest(name="d", model=MODEL))

    door.workspace.archiving.archive(TEAM)
    restored = door.workspace.archiving.restore(TEAM)

    assert restored.archived_at is None
    assert door.code("GET", "/v1/files", key) == (401, "revoked_api_key")
    assert door.code("GET", "/v1/files", door.key(project_id=TEAM)) == (200, None)
    assert files_of(team) == [file]
    assert list(team.deployments.list()) == []


def test_archived_project_is_listed_only_where_it_is_asked_for(door: Guarded):
    door.workspace.archiving.archive(TEAM)

    asked = door.ask("GET", "/v1/tuneport/projects?include_archived=true").json()["data"]

    assert [project.id for project in door.workspace.projects.list()] == [DEFAULT_PROJECT, OTHER]
    assert {project["id"]: project["status"] for project in asked} == {
        DEFAULT_PROJECT: "active",
        TEAM: "archived",
        OTHER: "active",
    }


def test_project_of_those_who_name_none_is_not_archived(door: Guarded):
    with pytest.raises(InvalidRequest, match="cannot be archived"):
        door.workspace.archiving.archive(DEFAULT_PROJECT)


def test_only_an_active_project_is_archived_and_only_an_archived_one_restored(door: Guarded):
    archiving = door.workspace.archiving
    with pytest.raises(Conflict, match="is not archived"):
        archiving.restore(TEAM)
    with pytest.raises(NotFound, match="proj_none"):
        archiving.archive("proj_none")

    archiving.archive(TEAM)

    with pytest.raises(Forbidden, match="is archived"):
        archiving.archive(TEAM)


def test_project_stays_archived_when_the_server_starts_again(door: Guarded, tmp_path: Path):
    door.workspace.archiving.archive(TEAM)

    with guarded(tmp_path) as again:
        assert again.code("GET", "/v1/files", headers={"openai-project": TEAM}) == (403, "project_archived")
