import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient

from tuneport.api.chat.stream import ChunkStream
from tuneport.api.errors import add_error_handlers, error_response
from tuneport.api.request_headers import RequestHeaders
from tuneport.api.tuneport.translate import pull_events
from tuneport.core import EngineFailed, ModelPullFailed
from tuneport.workspace import ChatDelta, ChoiceDelta, PullProgress, StartedChat


def broken_after(first: object, error: Exception) -> Iterator[object]:
    yield first
    raise error


def chat_events(error: Exception) -> Iterator[bytes]:
    deltas = broken_after(ChoiceDelta(0, ChatDelta("a")), error)
    return ChunkStream(StartedChat("c", 1, "m", deltas), with_usage=False).events(deltas)


def bodies(events: Iterator[bytes]) -> list[object]:
    return [json.loads(event.removeprefix(b"data: ")) for event in events if b"[DONE]" not in event]


def broken_app() -> RequestHeaders:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/whole")
    def whole() -> None:
        raise RuntimeError("secret 7")

    @app.get("/streamed")
    def streamed() -> StreamingResponse:
        return StreamingResponse(chat_events(RuntimeError("secret 7")))

    return RequestHeaders(app, organization="local")


@pytest.mark.parametrize(
    ("error", "code"), [(RuntimeError("secret"), "internal_error"), (EngineFailed("gone"), "engine_failed")]
)
def test_error_in_mid_answer_ends_the_stream_as_an_event(error: Exception, code: str):
    *_, last = bodies(chat_events(error))

    assert (last["error"]["code"], last["error"]["type"]) == (code, "server_error")
    assert "secret" not in last["error"]["message"]


@pytest.mark.parametrize(
    ("error", "code"), [(RuntimeError("secret"), "internal_error"), (ModelPullFailed("gone"), "model_pull_failed")]
)
def test_error_in_mid_pull_ends_the_stream_as_an_event(error: Exception, code: str):
    first, last = bodies(pull_events(broken_after(PullProgress("downloading", 1, 2), error)))

    assert "error" not in first
    assert last["error"]["code"] == code


@pytest.mark.parametrize("path", ["whole", "streamed"])
def test_log_has_the_reason_under_the_id_that_the_client_got(path: str, caplog: pytest.LogCaptureFixture):
    client = TestClient(broken_app(), raise_server_exceptions=False)

    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/{path}")

    (record,) = [record for record in caplog.records if record.name == "tuneport.api.errors"]
    assert answer.headers["x-request-id"] in record.getMessage()
    assert "secret 7" in str(record.exc_info)
    assert "secret 7" not in answer.text


def test_log_has_the_name_that_the_client_gave_its_request(caplog: pytest.LogCaptureFixture):
    client = TestClient(broken_app(), raise_server_exceptions=False)

    with caplog.at_level(logging.ERROR):
        client.get("/whole", headers={"x-client-request-id": "mine-7\tnot a new line"})

    (record,) = [record for record in caplog.records if record.name == "tuneport.api.errors"]
    assert r"'mine-7\tnot a new line' of its client" in record.getMessage()


def test_failed_engine_is_worth_another_try():
    answer = error_response(EngineFailed("gone"))

    assert answer.status_code == 503
    assert "x-should-retry" not in answer.headers


def test_a_full_engine_says_when_to_come_back():
    answer = error_response(EngineFailed("full", code="engine_busy"))

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("code", ["answer_failed", "grammar_failed", "insufficient_memory", "model_not_found"])
def test_a_request_that_would_fail_again_is_not_worth_another_try(code: str):
    answer = error_response(EngineFailed("no", code=code))

    assert answer.headers["x-should-retry"] == "false"
    assert "retry-after" not in answer.headers
