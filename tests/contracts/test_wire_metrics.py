"""The server's numbers and its access log: what was asked and what it took, never what was said."""

import json
import time
from contextlib import suppress

import httpx
import openai
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server_process import ServerProcess

TINY = "tiny"

SECRET = "the word that nobody may log"
QUESTION = [{"role": "user", "content": SECRET}]
LONG = 1800
"""Tokens of an answer that takes seconds."""


def numbers(server: ServerProcess) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = httpx.get(f"{server.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def grown(before, after, name, **labels):
    key = (f"tuneport_{name}", tuple(sorted(labels.items())))
    return after.get(key, 0.0) - before.get(key, 0.0)


def logged(server: ServerProcess, request_id: str | None) -> tuple[dict[str, object], str]:
    """Give the line of a request, which is written once its answer has been sent, and the whole log."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        log = (server.home / "logs" / "access.log").read_text()
        for line in map(json.loads, log.splitlines()):
            if line["request_id"] == request_id:
                return line, log
        time.sleep(0.05)
    raise AssertionError(f"{request_id} is not in the log")


def ask(client: openai.OpenAI, **options):
    return client.chat.completions.create(model=TINY, messages=QUESTION, max_tokens=5, temperature=0, **options)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("chat/completions", {"messages": QUESTION, "max_tokens": LONG}),
        ("chat/completions", {"messages": QUESTION, "max_tokens": LONG, "n": 2}),
        ("completions", {"prompt": SECRET, "max_tokens": LONG}),
        ("responses", {"input": SECRET, "max_output_tokens": LONG}),
    ],
    ids=["chat", "two answers", "text", "response"],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_whose_client_has_left_is_ended(real_server, real_client, path, asked, stream):
    ask(real_client)
    before = numbers(real_server)
    n_answers = asked.get("n", 1)
    url, body = f"{real_server.url}/v1/{path}", {"model": TINY, "temperature": 0, **asked, "stream": stream}

    with suppress(httpx.ReadTimeout), httpx.stream("POST", url, json=body, timeout=0.3) as answer:
        next(answer.iter_bytes())

    status = {"method": "POST", "route": f"/v1/{path}", "status": "200" if stream else "499"}
    deadline = time.monotonic() + 30
    while (
        grown(before, numbers(real_server), "answers_total", model=TINY, outcome="cancelled") < n_answers
        or grown(before, numbers(real_server), "http_requests_total", **status) < 1
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert grown(before, numbers(real_server), "generated_tokens_total", model=TINY) < n_answers * LONG


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["chat/completions", "completions", "responses"])
def test_a_client_that_leaves_while_its_prompt_waits_frees_its_place(real_server, real_client, path, stream):
    ask(real_client)
    before = numbers(real_server)
    question = {"chat/completions": {"messages": QUESTION}, "completions": {"prompt": SECRET}}
    body = {"model": TINY, **question.get(path, {"input": SECRET}), "stream": stream}
    engine = real_server.engine(TINY)

    engine.suspend()
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{real_server.url}/v1/{path}", json=body, timeout=0.3)
        status = {"method": "POST", "route": f"/v1/{path}", "status": "499"}
        deadline = time.monotonic() + 30
        while grown(before, numbers(real_server), "http_requests_total", **status) < 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        engine.resume()

    after = numbers(real_server)
    assert grown(before, after, "answers_total", model=TINY, outcome="cancelled") == 1
    assert ask(real_client).choices


def test_an_answer_is_counted_with_its_tokens_and_times(real_server, real_client):
    before = numbers(real_server)
    usage = ask(real_client).usage

    after = numbers(real_server)

    assert grown(before, after, "answers_total", model=TINY, outcome="answered") == 1
    assert grown(before, after, "prompt_tokens_total", model=TINY) == usage.prompt_tokens
    assert grown(before, after, "generated_tokens_total", model=TINY) >= usage.completion_tokens
    assert grown(before, after, "first_token_seconds_count", model=TINY) == 1
    assert after["tuneport_engines_running", (("model", TINY),)] >= 1
    route = {"method": "POST", "route": "/v1/chat/completions"}
    assert grown(before, after, "http_requests_total", status="200", **route) == 1
    assert grown(before, after, "http_request_seconds_count", **route) == 1


def test_requests_are_counted_by_the_template_of_their_path(server):
    before = numbers(server)
    httpx.get(f"{server.url}/v1/files/file-one")
    httpx.get(f"{server.url}/v1/files/file-two")
    httpx.get(f"{server.url}/nowhere")

    after = numbers(server)

    of_files = {"method": "GET", "route": "/v1/files/{file_id}", "status": "404"}
    assert grown(before, after, "http_requests_total", **of_files) == 2
    assert grown(before, after, "http_requests_total", method="GET", route="none", status="404") == 1
    assert not any("file-one" in value for _, labels in after for _, value in labels)


def test_the_access_log_has_a_line_for_each_request_and_no_word_of_it(real_server, real_client):
    answer = real_client.chat.completions.with_raw_response.create(
        model=TINY, messages=[{"role": "user", "content": SECRET}], max_tokens=2, extra_query={"note": "hidden"}
    )
    line, log = logged(real_server, answer.request_id)

    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/chat/completions", 200)
    assert line["milliseconds"] > 0
    assert line["bytes"] == len(answer.content)
    assert SECRET not in log
    assert "hidden" not in log


def test_a_streamed_answer_is_logged_when_it_has_ended(real_server, real_client):
    before = numbers(real_server)
    with ask(real_client, stream=True) as stream:
        next(iter(stream))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        after = numbers(real_server)
        ended = sum(
            grown(before, after, "answers_total", model=TINY, outcome=outcome) for outcome in ("answered", "cancelled")
        )
        if ended:
            break
        time.sleep(0.1)

    assert ended == 1
