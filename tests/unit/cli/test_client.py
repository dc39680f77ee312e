import httpx
import pytest

from fake_wire import error_response, event_stream
from tuneport.cli.client import Client
from tuneport.core import (
    Conflict,
    EngineFailed,
    InvalidRequest,
    NotFound,
    ServerUnreachable,
    StorageFull,
    TuneportError,
    Unauthorized,
)


@pytest.mark.parametrize("url", ["http://host:1", "http://host:1/", "http://host:1/v1", "http://host:1/v1/"])
def test_an_address_is_taken_with_and_without_v1(url):
    client = Client(url)

    assert client.url == "http://host:1/v1"
    client.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, Unauthorized),
        (404, NotFound),
        (409, Conflict),
        (503, EngineFailed),
        (507, StorageFull),
        (500, TuneportError),
    ],
)
def test_an_error_of_the_server_is_raised_in_its_own_words(server, client, status, kind):
    server.on("GET models", error_response(status, "So it is.", "some_code"))

    with pytest.raises(kind, match="So it is") as raised:
        client.get("models")

    assert type(raised.value) is kind
    assert raised.value.code == "some_code"


def test_an_error_without_our_body_is_named_by_status(server, client):
    server.on("GET models", httpx.Response(502, text="<html>Bad gateway</html>"))

    with pytest.raises(TuneportError, match="answered 502 Bad Gateway"):
        client.get("models")


def test_an_answer_that_is_not_json_points_to_the_address(server, client):
    server.on("GET models", httpx.Response(200, text="<html>hello</html>"))

    with pytest.raises(ServerUnreachable, match="Check --endpoint and TUNEPORT_URL"):
        client.get("models")


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadError("cut"), httpx.ReadTimeout("slow")])
def test_a_server_that_is_gone_is_said_in_one_paragraph(server, client, failure):
    server.on("GET models", failure)

    with pytest.raises(ServerUnreachable, match=r"http://127\.0\.0\.1:1/v1") as raised:
        client.get("models")

    assert "\n" not in raised.value.message


def test_a_server_of_ours_that_is_gone_is_said_with_its_log(server, tmp_path):
    server.on("GET models", httpx.ConnectError("refused"))
    client = Client("http://127.0.0.1:1", log_file=tmp_path / "server.log", transport=httpx.MockTransport(server))

    with pytest.raises(ServerUnreachable, match=r"server\.log"):
        client.get("models")

    client.close()


def test_the_key_is_sent_as_bearer():
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request.headers) or httpx.Response(200, json={}))
    client = Client("http://host", api_key="secret", transport=transport)

    client.get("models")

    assert seen[0]["authorization"] == "Bearer secret"
    client.close()


def test_an_upload_carries_purpose_name_and_bytes(server, client, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"messages": []}\n')
    server.on("POST files", {"id": "file-1"})

    sent = []

    answer = client.upload(path, sent.append)

    body = server.asked("POST", "files")[0]
    assert answer == {"id": "file-1"}
    assert b"fine-tune" in body
    assert b'filename="rows.jsonl"' in body
    assert b'{"messages": []}' in body
    assert sent[-1] == path.stat().st_size


def test_a_stream_gives_each_event_up_to_done(server, client):
    server.on("POST chat/completions", event_stream({"n": 1}, {"n": 2}))

    assert list(client.stream("chat/completions", {})) == [{"n": 1}, {"n": 2}]


def test_an_event_may_hold_what_unicode_calls_the_end_of_a_line(server, client):
    content = 'data: {"text": "a\u2028b\u2029c\u0085d"}\n\ndata: [DONE]'.encode()
    server.on("POST chat/completions", httpx.Response(200, content=content))

    assert list(client.stream("chat/completions", {})) == [{"text": "a\u2028b\u2029c\u0085d"}]


def test_a_stream_that_is_refused_raises_the_servers_words(server, client):
    server.on("POST chat/completions", error_response(404, "No model 'x'.", "model_not_found"))

    with pytest.raises(NotFound, match="No model 'x'"):
        list(client.stream("chat/completions", {}))


def test_an_error_within_a_stream_is_raised(server, client):
    server.on("POST chat/completions", event_stream({"n": 1}, {"error": {"message": "Engine died.", "code": "e"}}))
    stream = client.stream("chat/completions", {})

    assert next(stream) == {"n": 1}
    with pytest.raises(TuneportError, match=r"Engine died\."):
        next(stream)


def test_an_error_within_a_stream_keeps_whose_fault_it_is(server, client):
    error = {"message": "No model 'x'.", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
    server.on("GET files/file-1/report", event_stream({"type": "error", "error": error}))

    with pytest.raises(InvalidRequest, match="No model 'x'") as raised:
        list(client.follow("files/file-1/report"))

    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


def test_a_server_is_healthy_only_if_it_answers_its_health_path(server, client):
    assert not client.is_healthy()

    server.on("GET /health", {"status": "ok"})

    assert client.is_healthy()
