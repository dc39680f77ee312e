from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from guarded_app import Guarded, guarded
from tuneport.api.request_body import MAX_DRAINED_BYTES, WholeBody

JSON = {"content-type": "application/json"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Guarded]:
    with guarded(tmp_path, max_json_bytes=100) as door:
        yield door


def test_body_of_just_the_limit_is_read(door: Guarded):
    body = b'{"name": "' + b"x" * 88 + b'"}'

    assert len(body) == 100
    assert door.code("POST", "/v1/tuneport/projects", content=body, headers=JSON) == (200, None)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_longer_body_is_refused_by_its_size(door: Guarded, is_chunked: bool):
    body = b'{"name": "' + b"x" * 89 + b'"}'
    content = iter([body[:50], body[50:]]) if is_chunked else body

    assert door.code("POST", "/v1/tuneport/projects", content=content, headers=JSON) == (413, "body_too_large")


def test_files_have_a_limit_of_their_own(door: Guarded):
    answer = door.ask("POST", "/v1/files", files={"file": ("a.jsonl", b"x" * 1000)}, data={"purpose": "fine-tune"})

    assert answer.json()["bytes"] == 1000


def test_type_of_the_body_does_not_open_a_way_around(door: Guarded):
    headers = {"content-type": "multipart/form-data; boundary=b"}

    status = door.code("POST", "/v1/tuneport/projects", content=b"x" * 1000, headers=headers)

    assert status == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions/files"),
        (
            "PUT",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/deployments/files"
            "?api-version=2024-10-21",
        ),
    ],
)
def test_path_that_ends_like_an_upload_opens_no_way_around(door: Guarded, method: str, path: str):
    assert door.ask(method, path, content=b"x" * 1000, headers=JSON).status_code == 413


def test_client_that_never_stops_sending_is_answered():
    chunk = b"x" * 2**26
    n_given = 0
    answered: list[Message] = []

    async def receive() -> Message:
        nonlocal n_given
        n_given += 1
        assert n_given <= 2 * MAX_DRAINED_BYTES // len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": True}

    async def send(message: Message) -> None:
        answered.append(message)

    anyio.run(WholeBody(_never_asked, 100), {"type": "http", "method": "POST", "path": "/v1/x"}, receive, send)

    assert answered[0]["status"] == 413


async def _never_asked(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("a body that is too long goes no further")
