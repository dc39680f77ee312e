from collections.abc import Iterator
from pathlib import Path

import pytest

from guarded_app import Guarded, guarded

PULL = ("POST", "/v1/tuneport/models")
ADMIN_ROUTES = [
    ("GET", "/v1/tuneport/keys"),
    ("POST", "/v1/tuneport/keys"),
    ("POST", "/v1/tuneport/keys/key_x/revoke"),
    ("POST", "/v1/tuneport/keys/key_x/rotate"),
    ("GET", "/v1/tuneport/projects"),
    ("POST", "/v1/tuneport/projects"),
    ("POST", "/v1/tuneport/projects/proj_x/archive"),
    ("POST", "/v1/tuneport/projects/proj_x/restore"),
    ("GET", "/v1/fine_tuning/checkpoints/ft:x/permissions"),
    ("POST", "/v1/fine_tuning/checkpoints/ft:x/permissions"),
    ("DELETE", "/v1/fine_tuning/checkpoints/ft:x/permissions/cp_x"),
    PULL,
]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path) as door:
        yield door


def test_request_without_a_key_is_told_how_to_get_one(door: Guarded):
    door.key()

    answer = door.ask("GET", "/v1/models")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "missing_api_key"
    assert "tuneport keys create" in answer.json()["error"]["message"]
    assert door.ask("GET", "/health").status_code == 200


def test_answer_to_a_wrong_key_does_not_show_it_or_what_is_right(door: Guarded):
    right = door.key()

    wrong = door.ask("GET", "/v1/models", right[:-1] + "?")

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_api_key")
    assert right[:8] not in wrong.text


@pytest.mark.parametrize("header", ["authorization", "api-key"])
def test_both_headers_carry_a_key(door: Guarded, header: str):
    key = door.key()

    answer = door.ask("GET", "/v1/models", headers={header: f"Bearer {key}" if header == "authorization" else key})

    assert answer.status_code == 200


def test_reading_key_looks_and_changes_nothing(door: Guarded):
    key = door.key("read")

    assert door.code("GET", "/v1/fine_tuning/jobs", key) == (200, None)
    assert door.code("POST", "/v1/fine_tuning/jobs", key, json={}) == (403, "insufficient_scope")
    assert door.code("DELETE", "/v1/files/file-x", key) == (403, "insufficient_scope")


def test_usual_key_works_and_rules_over_nothing(door: Guarded):
    key = door.key("use")

    assert door.code("DELETE", "/v1/files/file-x", key) == (404, "file_not_found")
    bodies = {"/v1/tuneport/keys": {"name": "x"}, "/v1/tuneport/projects": {"name": "x"}, PULL[1]: {"source": "x"}}
    for method, path in ADMIN_ROUTES:
        body = bodies.get(path, {"project_ids": ["proj_default"]})
        status = door.code(method, path, key, json=body if method == "POST" else None)
        assert status == (403, "insufficient_scope"), (method, path)


def test_refusal_names_the_scope_that_is_needed(door: Guarded):
    answer = door.ask("GET", "/v1/tuneport/keys", door.key("use"))

    assert "scope 'admin'; this one's is 'use'" in answer.json()["error"]["message"]


def test_admin_key_rules(door: Guarded):
    key = door.key("admin")

    created = door.ask("POST", "/v1/tuneport/keys", key, json={"name": "ci", "scope": "read"}).json()
    revoked = door.ask("POST", f"/v1/tuneport/keys/{created['id']}/revoke", key).json()
    listed = door.ask("GET", "/v1/tuneport/keys", key).json()["data"]

    assert created["key"].startswith(created["hint"])
    assert (created["status"], revoked["status"]) == ("valid", "revoked")
    assert "key" not in revoked
    assert [found["name"] for found in listed] == ["ci", "key"]
    assert door.code("GET", "/v1/models", created["key"]) == (401, "revoked_api_key")


def test_project_of_the_header_is_the_one_that_is_seen(door: Guarded):
    project = door.ask("POST", "/v1/tuneport/projects", json={"name": "team", "id": "proj_team"}).json()["id"]

    assert door.code("GET", "/v1/files", headers={"openai-project": project}) == (200, None)
    assert door.code("GET", "/v1/files", headers={"openai-project": "proj_other"}) == (404, "project_not_found")


def test_organization_of_the_header_means_nothing_here(door: Guarded):
    assert door.code("GET", "/v1/files", headers={"openai-organization": "org-elsewhere"}) == (200, None)


def test_use_of_a_key_is_noted_by_the_day(door: Guarded):
    key = door.key("admin")

    listed = door.ask("GET", "/v1/tuneport/keys", key).json()["data"]

    assert listed[0]["last_used_day"] == "1970-01-12"


def test_page_of_another_site_is_refused_before_its_key_is_looked_at(door: Guarded):
    assert door.code("GET", "/v1/models", headers={"origin": "https://evil.example"}) == (403, "origin_not_allowed")


def test_refusal_of_a_foreign_name_says_what_a_proxy_must_send(door: Guarded):
    message = door.ask("GET", "/v1/models", headers={"host": "tuneport.example"}).json()["error"]["message"]

    assert "'Host: 127.0.0.1' and no Origin" in message
    assert "keys_on_loopback = true" in message


def test_every_answer_names_organization_and_version(door: Guarded):
    headers = door.ask("GET", "/v1/nothing").headers

    assert headers["openai-organization"] == "local"
    assert headers["openai-version"] == "2020-10-01"
    assert headers["x-request-id"].startswith("req_")
