"""Keys, projects and permissions on a server that has keys, through the official client."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import openai
import pytest

from server_process import ServerProcess, chat_rows, pretend_pulled, wait_for_job

MODEL = "smollm2-135m-instruct"


class Owner:
    """Who may read the home folder: makes projects and keys by the command line."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tuneport.cli", *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TUNEPORT_")}
        environment = kept | {"TUNEPORT_HOME": str(self.server.home)} | environment
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)

    def json(self, *words: str) -> dict[str, object]:
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def client(self, key: str, **options) -> openai.OpenAI:
        return self.server.client(api_key=key, **options)


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    home = tmp_path_factory.mktemp("home_with_keys")
    pretend_pulled(home)
    server = ServerProcess(home, fake_training="good")
    yield Owner(server)
    server.stop()


@pytest.fixture(scope="module")
def new_client(owner: Owner) -> Callable[..., openai.OpenAI]:
    """Give clients, each with a new key: `new_client(project, scope)`."""

    def new(project: str = "proj_default", scope: str = "use") -> openai.OpenAI:
        return owner.client(str(owner.json("keys", "create", "test", "--project", project, "--scope", scope)["key"]))

    return new


@pytest.fixture(scope="module")
def projects(owner: Owner) -> tuple[str, str]:
    return tuple(str(owner.json("projects", "create", name)["id"]) for name in ("one", "two"))


@pytest.fixture(scope="module")
def one(new_client, projects) -> openai.OpenAI:
    return new_client(projects[0])


@pytest.fixture(scope="module")
def two(new_client, projects) -> openai.OpenAI:
    return new_client(projects[1])


@pytest.fixture(scope="module")
def job_of_one(one: openai.OpenAI):
    file = one.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")
    job = one.fine_tuning.jobs.create(model=MODEL, training_file=file.id)
    return wait_for_job(one, job.id, "succeeded")


def tuned(client: openai.OpenAI) -> list[str]:
    return [model.id for model in client.models.list() if model.id.startswith("ft:")]


def test_projects_see_nothing_of_each_other(one: openai.OpenAI, two: openai.OpenAI, job_of_one):
    job, file, model = job_of_one.id, job_of_one.training_file, job_of_one.fine_tuned_model
    comparison = one.post(
        "/tuneport/comparisons",
        body={"training_file": file, "validation_file": file, "base_model": MODEL, "tuned_model": model},
        cast_to=object,
    )["id"]
    hidden = [
        lambda: two.files.retrieve(file),
        lambda: two.files.content(file),
        lambda: two.files.content(job_of_one.result_files[0]),
        lambda: two.files.delete(file),
        lambda: two.fine_tuning.jobs.retrieve(job),
        lambda: two.fine_tuning.jobs.list_events(job),
        lambda: two.fine_tuning.jobs.checkpoints.list(job),
        lambda: two.fine_tuning.jobs.cancel(job),
        lambda: two.models.retrieve(model),
        lambda: two.models.delete(model),
        lambda: two.chat.completions.create(model=model, messages=[{"role": "user", "content": "a"}]),
        lambda: two.get(f"/tuneport/comparisons/{comparison}", cast_to=object),
        lambda: two.get(f"/tuneport/jobs/{job}/progress", cast_to=object),
    ]

    for ask in hidden:
        with pytest.raises(openai.NotFoundError):
            ask()
    with pytest.raises(openai.BadRequestError, match="there is no such file"):
        two.fine_tuning.jobs.create(model=MODEL, training_file=file)
    assert (list(two.files.list()), list(two.fine_tuning.jobs.list()), tuned(two)) == ([], [], [])
    assert one.fine_tuning.jobs.retrieve(job).status == "succeeded"


def test_granted_checkpoint_is_used_until_the_permission_is_deleted(one, two, new_client, projects, job_of_one):
    model = job_of_one.fine_tuned_model
    permissions = new_client(scope="admin").fine_tuning.checkpoints.permissions
    file = two.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

    (granted,) = permissions.create(model, project_ids=[projects[1]])
    listed = list(permissions.list(model, order="ascending", project_id=projects[1]))
    seen = tuned(two)
    job = two.fine_tuning.jobs.create(model=model, training_file=file.id)
    with pytest.raises(openai.PermissionDeniedError, match="another project"):
        two.models.delete(model)
    deleted = permissions.delete(granted.id, fine_tuned_model_checkpoint=model)

    assert [permission.id for permission in listed] == [granted.id]
    assert (granted.project_id, granted.id[:3]) == (projects[1], "cp_")
    assert seen == [model]
    assert wait_for_job(two, job.id, "succeeded").tuneport["parent_model"] == model
    assert deleted.deleted
    assert model not in tuned(two)
    with pytest.raises(openai.NotFoundError):
        two.fine_tuning.jobs.create(model=model, training_file=file.id)


def test_permissions_need_an_admin_key(one: openai.OpenAI, projects, job_of_one):
    with pytest.raises(openai.PermissionDeniedError) as caught:
        one.fine_tuning.checkpoints.permissions.create(job_of_one.fine_tuned_model, project_ids=[projects[1]])

    assert caught.value.code == "insufficient_scope"


def test_reading_key_looks_on(new_client, projects, job_of_one):
    reader = new_client(projects[0], "read")

    assert reader.fine_tuning.jobs.retrieve(job_of_one.id).id == job_of_one.id
    with pytest.raises(openai.PermissionDeniedError, match="scope 'use'; this one's is 'read'"):
        reader.files.delete(job_of_one.training_file)


def test_admin_key_works_in_the_project_that_the_client_names(owner: Owner, new_client, projects, job_of_one):
    admin = new_client(scope="admin")

    with owner.client(admin.api_key, project=projects[0]) as inside:
        assert inside.fine_tuning.jobs.retrieve(job_of_one.id).id == job_of_one.id
    with pytest.raises(openai.NotFoundError):
        admin.fine_tuning.jobs.retrieve(job_of_one.id)


def test_key_of_another_project_cannot_choose_it(owner: Owner, one: openai.OpenAI, projects):
    with (
        owner.client(one.api_key, project=projects[1]) as outside,
        pytest.raises(openai.PermissionDeniedError) as caught,
    ):
        outside.files.list()

    assert caught.value.code == "project_not_allowed"


def test_archived_project_is_closed_until_it_is_restored(owner: Owner, new_client, one: openai.OpenAI):
    project = str(owner.json("projects", "create", "three")["id"])
    member = new_client(project)
    file = member.files.create(file=("rows.jsonl", chat_rows(10)), purpose="fine-tune")

    archived = owner.json("projects", "archive", project)
    with pytest.raises(openai.AuthenticationError, match="revoked"):
        member.files.list()
    refused = owner.command("keys", "create", "late", "--project", project)
    listed = owner.command("projects", "list").stdout, owner.command("projects", "list", "--archived").stdout
    restored = owner.command("projects", "restore", project)

    assert archived["status"] == "archived"
    assert (refused.returncode, "is archived" in refused.stderr) == (2, True)
    assert [project in text for text in listed] == [False, True]
    assert f"--project {project}" in restored.stdout
    assert [found.id for found in new_client(project).files.list()] == [file.id]
    assert file.id not in [found.id for found in one.files.list()]


def test_rotated_key_is_followed_by_another_beside_it(owner: Owner, new_client):
    client = new_client()
    (newest, *_) = owner.json("keys", "list")["keys"]

    rotated = owner.json("keys", "rotate", newest["id"], "--grace", "1h")

    assert (rotated["name"], rotated["scope"], rotated["id"] != newest["id"]) == (newest["name"], "use", True)
    with owner.client(rotated["key"]) as other:
        assert other.models.list().data == client.models.list().data


def test_revoked_key_is_refused_at_once(owner: Owner, new_client):
    client = new_client()
    newest = owner.json("keys", "list")["keys"][0]
    client.models.list()

    revoked = owner.json("keys", "revoke", newest["id"])

    assert (revoked["status"], client.api_key.startswith(revoked["hint"])) == ("revoked", True)
    with pytest.raises(openai.AuthenticationError) as caught:
        client.models.list()
    assert caught.value.code == "revoked_api_key"


def test_commands_without_a_key_work_for_who_may_read_the_home(owner: Owner, new_client):
    new_client()
    key_file = owner.server.home / "owner.key"

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert owner.command("jobs", "list").returncode == 0
    foreign = owner.command("jobs", "list", "--endpoint", owner.server.url)
    assert (foreign.returncode, "No API key" in foreign.stderr) == (2, True)


def test_key_is_written_alone_to_standard_output(owner: Owner):
    created = owner.command("keys", "create", "ci", "--expires-in", "30d")
    listed = owner.command("keys", "list")

    key = created.stdout.strip()
    assert key.startswith("tp-")
    assert "shown this once" in created.stderr
    assert key not in listed.stdout
    assert f"{key[:8]}…" in listed.stdout
    assert "until 20" in listed.stdout


def test_wrong_time_of_a_key_is_refused_by_the_command(owner: Owner):
    refused = owner.command("keys", "create", "ci", "--expires-in", "soon")

    assert (refused.returncode, "such as 30d" in refused.stderr) == (2, True)


def test_upload_with_a_wrong_key_is_answered_and_not_cut_off(owner: Owner, new_client):
    new_client()

    answer = httpx.post(
        f"{owner.server.url}/v1/files",
        files={"file": ("a", b"x" * 20_000_000)},
        data={"purpose": "batch"},
        headers={"authorization": "Bearer wrong"},
    )

    assert answer.status_code == 401


def test_repeated_request_makes_one_job(one: openai.OpenAI, job_of_one):
    again = {"Idempotency-Key": "job-1"}
    options = {"model": MODEL, "training_file": job_of_one.training_file, "extra_headers": again}

    first, second = one.fine_tuning.jobs.create(**options), one.fine_tuning.jobs.create(**options)

    assert first.id == second.id
    with pytest.raises(openai.ConflictError) as caught:
        one.fine_tuning.jobs.create(**options, suffix="other")
    assert caught.value.code == "idempotency_key_reused"


def test_answers_tell_what_is_left_of_the_minute(one: openai.OpenAI):
    headers = one.models.with_raw_response.list().headers

    assert int(headers["x-ratelimit-limit-requests"]) == 3000
    assert int(headers["x-ratelimit-remaining-requests"]) < 3000


@pytest.fixture
def closed_home(tmp_path: Path) -> Path:
    """A home with a key, and no server."""
    server = ServerProcess(tmp_path / "home")
    assert Owner(server).command("keys", "create", "a").returncode == 0
    server.stop()
    return tmp_path / "home"


def test_server_with_a_key_listens_for_others_and_takes_its_file_away(closed_home: Path):
    server = ServerProcess(closed_home, options=("--host", "0.0.0.0"))

    refused = httpx.get(f"{server.url}/v1/models")
    was_there = (closed_home / "owner.key").exists()
    server.stop()

    assert (refused.status_code, was_there) == (401, True)
    assert not (closed_home / "owner.key").exists()
