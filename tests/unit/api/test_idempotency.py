from collections.abc import Iterator
from pathlib import Path

import pytest

from guarded_app import Guarded, guarded
from tuneport.config import DEFAULT_PROJECT
from tuneport.workspace import PageRequest

PROJECTS = "/v1/tuneport/projects"
SAME = {"idempotency-key": "again-1"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path) as door:
        yield door


def upload(door: Guarded, content: bytes = b"{}\n", *, filename: str = "a", purpose: str = "batch"):
    return door.ask("POST", "/v1/files", files={"file": (filename, content)}, data={"purpose": purpose}, headers=SAME)


def n_projects(door: Guarded) -> int:
    return len(door.workspace.projects.list())


def test_repeated_request_gets_the_first_answer_and_makes_nothing(door: Guarded):
    first, again = [door.ask("POST", PROJECTS, json={"name": "a"}, headers=SAME) for _ in range(2)]

    assert first.json() == again.json()
    assert (again.status_code, again.headers["content-type"]) == (200, "application/json")
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert n_projects(door) == 2


def test_requests_without_the_header_are_all_done(door: Guarded):
    for _ in range(2):
        door.ask("POST", PROJECTS, json={"name": "a"})

    assert n_projects(door) == 3


@pytest.mark.parametrize("other", [{"json": {"name": "b"}}, {"json": {"name": "a"}, "params": {"x": "1"}}])
def test_key_of_another_request_is_a_conflict(door: Guarded, other):
    door.ask("POST", PROJECTS, json={"name": "a"}, headers=SAME)

    assert door.code("POST", PROJECTS, headers=SAME, **other) == (409, "idempotency_key_reused")
    assert n_projects(door) == 2


def test_request_that_made_nothing_may_be_sent_again_in_another_form(door: Guarded):
    assert door.code("POST", PROJECTS, json={"name": ""}, headers=SAME) == (400, "invalid_name")

    assert door.code("POST", PROJECTS, json={"name": "a"}, headers=SAME) == (200, None)


def test_answer_outlives_the_server_by_a_day(tmp_path: Path):
    with guarded(tmp_path) as door:
        first = door.ask("POST", PROJECTS, json={"name": "a"}, headers=SAME).json()
    with guarded(tmp_path) as door:
        again = door.ask("POST", PROJECTS, json={"name": "a"}, headers=SAME).json()
        door.clock.seconds += 24 * 3600
        next_day = door.ask("POST", PROJECTS, json={"name": "a"}, headers=SAME).json()

    assert first == again
    assert first["id"] != next_day["id"]


def test_file_is_uploaded_once_whatever_its_form_is_called(door: Guarded):
    first, again = upload(door), upload(door)

    assert first.json() == again.json()
    assert len(door.workspace.project(DEFAULT_PROJECT).files.list(PageRequest()).items) == 1
    assert upload(door, b"{}\n{}\n").json()["error"]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("change", [{"content": b"[]\n"}, {"filename": "b"}, {"purpose": "evals"}])
def test_upload_of_the_same_length_with_other_bytes_name_or_purpose_is_another_request(door: Guarded, change):
    upload(door)

    again = upload(door, **change)

    assert (again.status_code, again.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_upload_that_was_refused_may_be_sent_again_with_other_bytes(door: Guarded):
    assert upload(door, purpose="nonsense").status_code == 400

    assert upload(door, b"[]\n").status_code == 200


def test_projects_may_use_the_same_key_for_different_requests(door: Guarded):
    door.workspace.projects.create("b", project_id="proj_b")
    first = upload(door).json()["id"]

    second = door.ask(
        "POST",
        "/v1/files",
        files={"file": ("a", b"other")},
        data={"purpose": "batch"},
        headers={**SAME, "openai-project": "proj_b"},
    )

    assert second.json()["id"] != first


def test_answer_with_a_secret_is_not_kept(door: Guarded, tmp_path: Path):
    key = door.key("admin")

    secret = door.ask("POST", "/v1/tuneport/keys", key, json={"name": "a"}, headers=SAME).json()["key"]

    assert secret.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("tuneport.db*"))


def test_header_that_is_no_key_is_refused(door: Guarded):
    headers = {"idempotency-key": "x" * 256}

    assert door.code("POST", PROJECTS, json={"name": "a"}, headers=headers) == (400, "invalid_idempotency_key")
