import asyncio
import json
import logging

import pytest
from starlette.responses import JSONResponse

from tuneport.api.azure import AzurePrefixes
from tuneport.api.dialect import Dialect, dialect, job_status_word

DATED = "api-version=2024-10-21"


class Probe:
    """An application that only remembers what came, and answers as it is told."""

    def __init__(self, response=None) -> None:
        self.seen = []
        self._response = response or JSONResponse({})
        self._app = AzurePrefixes(self)

    async def __call__(self, scope, receive, send) -> None:
        self.seen.append((scope["path"], dialect.get(), job_status_word("validating_files")))
        await self._response(scope, receive, send)

    def ask(self, path: str, query: str = "") -> tuple[int, dict]:
        sent = []

        async def send(message) -> None:
            sent.append(message)

        async def receive() -> dict:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
        asyncio.run(self._app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in sent[1:])
        length = dict(sent[0]["headers"]).get(b"content-length")
        assert length in (None, str(len(body)).encode())
        return sent[0]["status"], json.loads(body or b"{}")


@pytest.mark.parametrize(
    ("path", "query", "answers", "spoken", "new_job"),
    [
        ("/v1/files", "", "/v1/files", Dialect.OPENAI, "validating_files"),
        ("/openai/v1/files", "", "/v1/files", Dialect.AZURE_UNVERSIONED, "pending"),
        ("/openai/v1/files", "api-version=preview", "/v1/files", Dialect.AZURE_UNVERSIONED, "pending"),
        ("/api/projects/p/openai/v1/files/a", "", "/v1/files/a", Dialect.AZURE_UNVERSIONED, "pending"),
        ("/openai/files", DATED, "/openai/files", Dialect.AZURE, "validating_files"),
        ("/openai/fine_tuning/jobs/x", DATED, "/openai/fine_tuning/jobs/x", Dialect.AZURE, "validating_files"),
        ("/openai/batches/x", DATED, "/v1/batches/x", Dialect.AZURE, "validating_files"),
        ("/openai/models_x", DATED, "/v1/models_x", Dialect.AZURE, "validating_files"),
        ("/subscriptions/s", DATED, "/subscriptions/s", Dialect.AZURE, "validating_files"),
        ("/openai.json", "", "/openai.json", Dialect.OPENAI, "validating_files"),
    ],
)
def test_path_says_the_dialect_and_the_route(path: str, query: str, answers: str, spoken: Dialect, new_job: str):
    probe = Probe()

    status, _ = probe.ask(path, query)

    assert status == 200
    assert probe.seen == [(answers, spoken, new_job)]


@pytest.mark.parametrize("version", ["2024-10-21", "2025-04-01-preview", "2031-12-31"])
def test_every_date_is_a_version(version: str):
    assert Probe().ask("/openai/models", f"api-version={version}")[0] == 200


@pytest.mark.parametrize(
    "query", ["", "api-version=", "api-version=preview", "api-version=2024-13-01", "api-version=2024-10-21x", "x=1"]
)
def test_versioned_path_without_a_date_is_refused_in_azure_s_envelope(query: str):
    probe = Probe()

    status, body = probe.ask("/openai/models", query)

    assert (status, probe.seen) == (400, [])
    assert body["error"]["code"] == "invalidPayload"
    assert body["error"]["target"] == "api-version"


def test_date_below_the_path_without_versions_is_refused_in_openai_s_envelope():
    status, body = Probe().ask("/openai/v1/models", DATED)

    assert (status, body["error"]["code"]) == (400, "invalid_api_version")


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (400, "invalid_value", "invalidPayload"),
        (401, "invalid_api_key", "unauthorized"),
        (403, "insufficient_scope", "forbidden"),
        (404, "file_not_found", "notFound"),
        (409, "conflict", "conflict"),
        (405, "bad_method", "invalidPayload"),
        (429, "rate_limit_exceeded", "tooManyRequests"),
        (429, "quota_exceeded", "quotaExceeded"),
        (500, "internal_error", "internalFailure"),
        (507, "storage_full", "serviceUnavailable"),
    ],
)
@pytest.mark.requirement("R3.5")
def test_every_error_below_a_versioned_path_has_azure_s_envelope(status: int, code: str, word: str):
    error = {"error": {"message": "No.", "type": "x", "param": "p", "code": code}}

    answered, body = Probe(JSONResponse(error, status)).ask("/openai/files", DATED)

    assert answered == status
    assert body == {
        "error": {"code": word, "message": "No.", "target": "p", "details": [], "innererror": {"code": code}}
    }


def test_error_that_is_no_json_keeps_its_text():
    async def in_pieces(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"Bad ", "more_body": True})
        await send({"type": "http.response.body", "body": b"thing"})

    _, body = Probe(in_pieces).ask("/openai/files", DATED)

    assert (body["error"]["code"], body["error"]["message"]) == ("internalFailure", "Bad thing")


def test_error_in_openai_s_words_is_left_alone():
    error = {"error": {"message": "No.", "type": "x", "param": None, "code": "y"}}

    assert Probe(JSONResponse(error, 404)).ask("/v1/files")[1] == error


def test_log_tells_a_dialect_once(caplog: pytest.LogCaptureFixture):
    probe = Probe()

    with caplog.at_level(logging.INFO, "tuneport.api.azure"):
        for _ in range(3):
            probe.ask("/openai/v1/models")
            probe.ask("/openai/models", DATED)

    assert [record.getMessage() for record in caplog.records] == [
        "first request in the dialect 'Azure, without versions': /openai/v1/models",
        "first request in the dialect 'Azure, versioned': /openai/models",
    ]
