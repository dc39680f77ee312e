from types import SimpleNamespace

import pytest

from tuneport.api.batches import answer_line
from tuneport.core import EngineFailed, NotFound

CHAT = "/v1/chat/completions"
BODY = {"model": "tiny", "messages": [{"role": "user", "content": "hi"}]}


def project_that(error: Exception) -> SimpleNamespace:
    def create(_order: object, _check: object) -> None:
        raise error

    return SimpleNamespace(chats=SimpleNamespace(create=create))


def test_body_that_the_route_refuses_is_answered_with_its_error():
    answer = answer_line(SimpleNamespace(), CHAT, {**BODY, "colour": 1, "temperature": 9})

    assert answer.status_code == 400
    assert answer.body["error"]["param"] in {"colour", "temperature"}
    assert "Unknown parameter: 'colour'." in answer.body["error"]["message"]


@pytest.mark.parametrize("endpoint", [CHAT, "/chat/completions"])
def test_line_that_asks_for_a_stream_is_refused_by_name(endpoint: str):
    answer = answer_line(SimpleNamespace(), endpoint, {**BODY, "stream": True})

    error = answer.body["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, "stream", "stream_in_batch")


def test_errors_of_the_work_have_the_status_of_the_route():
    answers = [answer_line(project_that(error), CHAT, BODY) for error in (NotFound("no"), EngineFailed("gone"))]

    assert [answer.status_code for answer in answers] == [404, 503]


@pytest.mark.parametrize(
    ("code", "is_worth_repeating"),
    [("engine_busy", True), ("engine_failed", True), ("grammar_failed", False), ("insufficient_memory", False)],
)
def test_only_an_engine_that_is_full_or_died_is_worth_another_try(code: str, is_worth_repeating: bool):
    answer = answer_line(project_that(EngineFailed("no", code=code)), CHAT, BODY)

    assert answer.is_worth_repeating == is_worth_repeating


def test_defect_is_an_error_of_this_request_alone():
    answer = answer_line(project_that(RuntimeError("secret")), CHAT, BODY)

    assert (answer.status_code, answer.body["error"]["code"]) == (500, "internal_error")
    assert "secret" not in answer.body["error"]["message"]
