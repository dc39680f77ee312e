"""Requests that no client should send: each is refused in the words of its dialect, and nothing of it is kept."""

from __future__ import annotations

import json

import pytest

from malformed_requests import AZURE, Answer, refused, send
from server_process import ServerProcess

MODEL = "smollm2-135m-instruct"
DEPLOYMENT = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/deployments/d"
    "?api-version=2023-05-01"
)


BODIES = {
    ("POST", "/v1/fine_tuning/jobs"): {"model": MODEL, "training_file": "file-x"},
    ("POST", "/v1/chat/completions"): {"model": MODEL, "messages": [{"role": "user", "content": "a"}]},
    ("POST", "/v1/responses"): {"model": MODEL, "input": "a"},
    ("POST", "/v1/embeddings"): {"model": MODEL, "input": "a"},
    ("POST", "/v1/batches"): {"input_file_id": "file-x", "endpoint": "/v1/responses", "completion_window": "24h"},
    ("POST", "/v1/uploads"): {"purpose": "batch", "filename": "a", "bytes": 4, "mime_type": "b"},
    ("POST", "/v1/tuneport/aliases"): {"model": MODEL, "alias": "a"},
    ("POST", f"/openai/fine_tuning/jobs{AZURE}"): {"model": MODEL, "training_file": "file-x"},
    ("PUT", DEPLOYMENT): {"sku": {"name": "standard", "capacity": 1}, "properties": {"model": {"name": MODEL}}},
}
"""Operation → a body that it can read; the first field is one of text or an object."""

NO_JSON = {
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"a"',
    "null": b"null",
    "two values": b"{} {}",
    "lists in lists": b'{"model":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "objects in objects": b'{"model":' * 10_000 + b"1" + b"}" * 10_000,
    "lists without end": b"[" * 100_000,
    "no UTF-8": b'{"model":"\xff\xfe"}',
    "UTF-16": '{"model":"a"}'.encode("utf-16"),
    "a last backslash": b'{"model":"\\',
}


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
@pytest.mark.parametrize(("method", "path"), BODIES)
def test_body_that_is_no_json_object_is_refused(quiet_server: ServerProcess, method: str, path: str, content: bytes):
    refused(quiet_server, method, path, content, content_type="application/json")


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_body_of_another_type_is_refused_with_the_type_that_is_wanted(
    quiet_server: ServerProcess, method: str, path: str
):
    content = json.dumps(BODIES[method, path]).encode()

    answer = refused(quiet_server, method, path, content, content_type="text/plain")

    assert "application/json" in answer.error()["message"]


VALUES = {
    "beyond all floats": "1e400",
    "400 digits": "1" * 400,
    "5,000 digits": "1" * 5000,
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "first half of a pair": r'"\ud800"',
    "second half of a pair": r'"a\udc00\n"',
    "half of a pair in a name": r'{"\ud83dx": 1}',
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize(("method", "path"), BODIES)
def test_value_that_is_no_text_or_object_is_refused(quiet_server: ServerProcess, method: str, path: str, value: str):
    first, *others = BODIES[method, path].items()
    rest = "".join(f", {json.dumps(name)}: {json.dumps(given)}" for name, given in others)

    refused(quiet_server, method, path, f'{{"{first[0]}": {value}{rest}}}'.encode(), content_type="application/json")


NUMBERS = [
    ("/v1/fine_tuning/jobs", "seed"),
    ("/v1/fine_tuning/jobs", "hyperparameters.n_epochs"),
    ("/v1/fine_tuning/jobs", "hyperparameters.learning_rate_multiplier"),
    ("/v1/fine_tuning/jobs", "tuneport.adapter.alpha"),
    ("/v1/chat/completions", "temperature"),
    ("/v1/chat/completions", "max_tokens"),
    ("/v1/responses", "max_output_tokens"),
    ("/v1/uploads", "bytes"),
    (f"/openai/fine_tuning/jobs{AZURE}", "hyperparameters.batch_size"),
]


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 400, "1" * 5000, "NaN", "Infinity", '"NaN"', "[]"])
@pytest.mark.parametrize(("path", "field"), NUMBERS)
def test_number_beyond_all_bounds_is_refused(quiet_server: ServerProcess, path: str, field: str, number: str):
    outer, *inner = field.split(".")
    wanted = "".join(f'{{"{name}": ' for name in inner) + number + "}" * len(inner)
    rest = {name: value for name, value in BODIES["POST", path].items() if name != outer}
    content = f'{{"{outer}": {wanted}, {json.dumps(rest)[1:]}'.encode()

    refused(quiet_server, "POST", path, content, content_type="application/json")


def test_nan_deep_inside_what_is_free_to_the_client_is_refused(quiet_server: ServerProcess):
    tool = '{"type": "function", "function": {"name": "f", "parameters": {"x": [NaN]}}}'
    content = f'{{"model": "{MODEL}", "messages": [{{"role": "user", "content": "NaN"}}], "tools": [{tool}]}}'

    error = refused(
        quiet_server, "POST", "/v1/chat/completions", content.encode(), content_type="application/json"
    ).error()

    assert (error["code"], "'NaN'" in error["message"]) == ("invalid_json", True)


def test_whole_pair_and_escaped_backslash_are_text(quiet_server: ServerProcess):
    content = rb'{"model": "\ud83d\ude00 \\ud800", "input": "a"}'

    answer = refused(quiet_server, "POST", "/v1/responses", content, content_type="application/json")

    assert "😀 \\\\ud800" in answer.error()["message"]


IDS = {
    "dots": "../../etc/passwd",
    "escaped dots": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "NUL": "a%00b",
    "of Windows": "C:%5Cx",
    "300 characters": "x" * 300,
    "5,000 characters": "x" * 5000,
    "no UTF-8": "%ff%fe",
    "half of a pair": "%ED%A0%80",
    "no escape": "%zz",
    "another header": "a%0d%0aX:%20y",
    "a dot": ".",
}
BY_ID = [
    ("GET", "/v1/files/{}"),
    ("GET", "/v1/files/{}/content"),
    ("DELETE", "/v1/files/{}"),
    ("POST", "/v1/uploads/{}/cancel"),
    ("GET", "/v1/fine_tuning/jobs/{}"),
    ("GET", "/v1/fine_tuning/jobs/{}/events"),
    ("GET", "/v1/fine_tuning/checkpoints/{}/permissions"),
    ("DELETE", "/v1/models/{}"),
    ("GET", "/v1/chat/completions/{}"),
    ("GET", "/v1/responses/{}"),
    ("GET", "/v1/batches/{}"),
    ("GET", "/v1/tuneport/jobs/{}/progress"),
    ("GET", f"/openai/files/{{}}/content{AZURE}"),
    ("GET", DEPLOYMENT.replace("deployments/d", "deployments/{}")),
]


@pytest.mark.parametrize("given", IDS.values(), ids=IDS)
@pytest.mark.parametrize(("method", "path"), BY_ID)
def test_id_that_none_has_is_not_found(quiet_server: ServerProcess, method: str, path: str, given: str):
    answer = refused(quiet_server, method, path.format(given))

    # A dot may make the path that of a list, which knows other methods.
    assert answer.status in (404, 405)


LISTS = ("/v1/files", "/v1/fine_tuning/jobs", "/v1/batches", "/v1/chat/completions", "/openai/fine_tuning/jobs")
QUERIES = [
    "limit=0", "limit=-1", "limit=1e400", "limit=NaN", "limit=", f"limit={'9' * 400}", "limit=1&limit=2",
    "after=%00", "after=..%2f", "after=%ED%A0%80", f"after={'x' * 300}", "after=a&after=a",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", LISTS)
def test_query_out_of_range_or_repeated_is_refused(quiet_server: ServerProcess, path: str, query: str):
    refused(quiet_server, "GET", f"{path}?{query}&{AZURE[1:]}")


@pytest.mark.parametrize("path", ["/v1/fine_tuning/jobs", "/v1/chat/completions"])
@pytest.mark.parametrize("query", ["order=up", "metadata[%00]=a", "metadata[a%22]=b", "metadata[a]=1&metadata[a]=2"])
def test_order_and_metadata_that_cannot_be_asked_for_are_refused(quiet_server: ServerProcess, path: str, query: str):
    refused(quiet_server, "GET", f"{path}?{query}")


@pytest.mark.parametrize(
    "query", ["", "?api-version=", "?api-version=%00", "?api-version=%ff", f"{AZURE}&api-version="]
)
def test_azure_s_version_must_be_one(quiet_server: ServerProcess, query: str):
    refused(quiet_server, "GET", f"/openai/files{query}")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", [*LISTS[:4], f"{LISTS[4]}{AZURE}", "/v1/models", "/v1/files/file-x", "/health"])
def test_method_that_a_route_lacks_is_not_allowed(quiet_server: ServerProcess, method: str, path: str):
    assert refused(quiet_server, method, path).status == 405


def test_method_that_http_lacks_is_refused_before_any_route(quiet_server: ServerProcess):
    assert refused(quiet_server, "FOO", "/v1/files").status == 400


def test_head_is_not_allowed_and_has_no_body(quiet_server: ServerProcess):
    assert send(quiet_server, "HEAD", "/v1/files") == Answer(405, b"")
