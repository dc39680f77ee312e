"""Forms, headers and lines of files that no client should send: refused, and nothing of them is kept."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import openai
import pytest

from malformed_requests import AZURE, refused, send
from server_process import PATIENCE_SECONDS, ServerProcess

BOUNDARY = "multipart/form-data; boundary=b"
PURPOSE = '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
END = "--b--\r\n"


def field(name: str, value: str) -> str:
    return PURPOSE.replace('"purpose"', f'"{name}"').replace("batch", value)


def file(filename: str = "a", name: str = "file") -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\nabcd\r\n'


EXPIRY = field("expires_after[anchor]", "created_at")
FORMS = {
    "nothing": "",
    "no form": "x" * 1000,
    "no part": END,
    "cut in the file": (PURPOSE + file())[:-5],
    "cut in a header": PURPOSE + "--b\r\nContent-Dispo",
    "cut in the last boundary": PURPOSE + file() + "--b",
    "another boundary": (PURPOSE + file() + END).replace("--b", "--c"),
    "two files": PURPOSE + file() + file("b") + END,
    "a field twice": PURPOSE + PURPOSE + file() + END,
    "a field with two values": PURPOSE + field("purpose", "fine-tune") + file() + END,
    "a field too many": PURPOSE + field("colour", "red") + file() + END,
    "a part without a name": PURPOSE + "--b\r\n\r\nx\r\n" + file() + END,
    "a broken header": "--b\r\n:::\r\n\r\nabc\r\n" + END,
    "a header without end": "--b\r\n" + "x" * 100_000,
    "a name of 70,000 characters": PURPOSE + field("x" * 70_000, "a") + file() + END,
    "a value of 70,000 characters": field("purpose", "x" * 70_000) + file() + END,
    "a purpose with NUL": field("purpose", "ba\0tch") + file() + END,
    "a file name with NUL": PURPOSE + file("a\0b") + END,
    "a file name of 300 characters": PURPOSE + file("x" * 300) + END,
    "a lifetime of 5,000 digits": PURPOSE + EXPIRY + field("expires_after[seconds]", "9" * 5000) + file() + END,
    "a lifetime that is no number": PURPOSE + EXPIRY + field("expires_after[seconds]", "nan") + file() + END,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", ["/v1/files", f"/openai/files{AZURE}", "/openai/v1/files"])
def test_form_that_is_no_upload_is_refused(quiet_server: ServerProcess, path: str, form: str):
    refused(quiet_server, "POST", path, form.encode(), content_type=BOUNDARY)


@pytest.fixture
def client(quiet_server: ServerProcess) -> Iterator[openai.OpenAI]:
    with quiet_server.client() as client:
        yield client


@pytest.fixture
def parts_path(quiet_server: ServerProcess, client: openai.OpenAI) -> Iterator[str]:
    upload = client.uploads.create(bytes=4, filename="a", mime_type="text/jsonl", purpose="batch")
    yield f"/v1/uploads/{upload.id}/parts"
    client.uploads.cancel(upload.id)


PARTS = {
    "two parts": file(name="data") + file(name="data") + END,
    "a field too many": PURPOSE + file(name="data") + END,
    "cut": file(name="data"),
    "a file": file() + END,
}


@pytest.mark.parametrize("form", PARTS.values(), ids=PARTS)
def test_form_that_is_no_part_is_refused(quiet_server: ServerProcess, parts_path: str, form: str):
    refused(quiet_server, "POST", parts_path, form.encode(), content_type=BOUNDARY)


@pytest.mark.parametrize(
    "kind",
    [
        "", "multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'b' * 300}",
        'multipart/form-data; boundary="b', "multipart/form-data; boundary=é", "multipart/mixed; boundary=b",
        "multipart/form-data; boundary*=nope''%ff", "application/json",
    ],
)  # fmt: skip
def test_type_without_a_boundary_that_can_be_is_refused(quiet_server: ServerProcess, kind: str):
    content = (PURPOSE + file() + "--c--\r\n").encode()

    refused(quiet_server, "POST", "/v1/files", content, content_type=kind.encode("latin-1"))


@pytest.mark.parametrize(
    ("given", "kept_name"),
    [("../../etc/passwd", "passwd"), ("C:\\x", "x"), ("..", "upload"), ("a/", "upload"), ("%2e%2e%2f", "%2e%2e%2f")],
)
def test_file_s_name_is_no_path(quiet_server: ServerProcess, client: openai.OpenAI, given: str, kept_name: str):
    form = (PURPOSE + file(given) + END).encode()

    made = json.loads(send(quiet_server, "POST", "/v1/files", form, {"content-type": BOUNDARY}).content)

    assert (made["filename"], client.files.content(made["id"]).read()) == (kept_name, b"abcd")
    client.files.delete(made["id"])


HEADERS: dict[str, bytes] = {
    "authorization": b"Bearer \xff\xfe",
    "api-key": b"\xc3\xa9",
    "openai-project": b"\xff../..",
    "idempotency-key": b"\xff" * 3000,
    "x-client-request-id": b"\xff",
    "content-type": b"\xff",
    "accept": b"\xff",
    "host": b"\xff",
    "origin": b"http://[::1",
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("path", ["/v1/fine_tuning/jobs", f"/openai/fine_tuning/jobs{AZURE}"])
def test_header_beyond_ascii_does_no_harm_to_an_empty_request(quiet_server: ServerProcess, path: str, name: str):
    refused(quiet_server, "POST", path, b"{}", **{name.replace("-", "_"): HEADERS[name]})


RAW = {
    "a length below nothing": b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "a length and chunks": b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a name beyond ASCII": b"GET /v1/files HTTP/1.1\r\nHost: localhost\r\nx\xff: a\r\n\r\n",
    "NUL in a header": b"GET /v1/files HTTP/1.1\r\nHost: localhost\r\nx: a\0b\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01" * 20 + b"\r\n\r\n",
}


@pytest.mark.parametrize("content", RAW.values(), ids=RAW)
def test_what_is_no_http_is_answered_400(quiet_server: ServerProcess, client: openai.OpenAI, content: bytes):
    with socket.create_connection((client.base_url.host, client.base_url.port), PATIENCE_SECONDS) as connection:
        connection.sendall(content)

        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_lines_of_a_batch_that_are_no_requests_are_each_named(client: openai.OpenAI):
    lines = [
        rb'{"custom_id": "\ud800"}', b'{"custom_id": NaN}', b'{"custom_id": 1' + b"1" * 5000 + b"}", b"\xff",
        b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000, b"null",
    ]  # fmt: skip
    made = client.files.create(file=("a.jsonl", b"\n".join(lines)), purpose="batch")
    batch = client.batches.create(input_file_id=made.id, endpoint="/v1/responses", completion_window="24h")

    deadline = time.monotonic() + PATIENCE_SECONDS
    while batch.status != "failed":
        assert time.monotonic() < deadline, batch
        time.sleep(0.05)
        batch = client.batches.retrieve(batch.id)

    assert [error.line for error in batch.errors.data] == [1, 2, 3, 4, 5, 6, 7]
    assert {error.code for error in batch.errors.data} == {"invalid_json_line"}
