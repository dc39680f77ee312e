import json

import pytest

from fake_wire import error_response
from tuneport.cli.served_answer import ask_served_model, served_text
from tuneport.core import DataError, EngineFailed, NotFound

_MODEL = "ft:tiny:local::abc"
_CALL = {"name": "set_light", "arguments": '{"on": true}'}
_ANSWER = {"choices": [{"message": {"role": "assistant", "content": "Yes."}}]}


@pytest.fixture
def write_row(tmp_path):
    def write(**row):
        path = tmp_path / "rows.jsonl"
        path.write_text("\n" + json.dumps(row) + "\n")
        return path

    return write


def _turn(question, answer, **more):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer, **more}]


def test_the_last_answer_is_left_for_the_model_and_weights_are_not_sent(server, client, write_row):
    server.on("POST chat/completions", _ANSWER)

    ask_served_model(client, _MODEL, write_row(messages=[*_turn("one", "1", weight=0), *_turn("two", "2")]))

    messages = [*_turn("one", "1"), {"role": "user", "content": "two"}]
    assert server.asked("POST", "chat/completions") == [
        {"model": _MODEL, "messages": messages, "temperature": 0, "max_completion_tokens": 256}
    ]


def test_functions_and_calls_of_the_older_form_are_sent_as_tools(server, client, write_row):
    server.on("POST chat/completions", _ANSWER)
    messages = [*_turn("one", None, function_call=_CALL), *_turn("two", "2")]

    ask_served_model(client, _MODEL, write_row(messages=messages, functions=[{"name": "set_light"}]))

    body = server.asked("POST", "chat/completions")[0]
    assert body["tools"] == [{"type": "function", "function": {"name": "set_light"}}]
    assert body["messages"][1]["tool_calls"][0]["function"] == _CALL


def test_an_answer_by_call_is_shown_as_the_call(server, client, write_row):
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "function": _CALL}]}
    server.on("POST chat/completions", {"choices": [{"message": message}]})

    served = ask_served_model(client, _MODEL, write_row(messages=_turn([{"type": "text", "text": "Light"}], "x")))

    assert (served["question"], served["answer"]) == ("Light", 'set_light({"on": true})')


@pytest.mark.parametrize("row", [{}, {"messages": [{"role": "user", "content": "hi"}]}])
def test_a_row_without_an_answer_cannot_be_asked(client, write_row, row):
    with pytest.raises(DataError, match="the first row is not a chat row with an answer"):
        ask_served_model(client, _MODEL, write_row(**row))


@pytest.mark.parametrize(
    ("answer", "kind"), [({"choices": []}, EngineFailed), (error_response(404, "No model.", "x"), NotFound)]
)
def test_a_model_that_gives_no_answer_is_an_error(server, client, write_row, answer, kind):
    server.on("POST chat/completions", answer)

    with pytest.raises(kind):
        ask_served_model(client, _MODEL, write_row(messages=_turn("one", "1")))


def test_a_long_answer_is_cut_to_one_line():
    text = served_text({"base_url": "http://h/v1", "model": "m", "question": "a\nb", "answer": "x" * 500}, stays=True)

    assert text.startswith("Served at http://h/v1 as m; asked: 'a b', answered: xxx")
    assert "\n" not in text
    assert len(text) < 250


def test_a_server_that_leaves_is_no_place_to_be_served_at():
    text = served_text({"base_url": "http://h/v1", "model": "m", "question": "a", "answer": "b"}, stays=False)

    assert text == "It answers: asked: 'a', answered: b"


def test_the_input_of_a_preference_row_is_asked(server, client, write_row):
    server.on("POST chat/completions", _ANSWER)
    tools = [{"type": "function", "function": {"name": "set_light"}}]
    messages = [*_turn("one", "1"), {"role": "user", "content": "two"}]

    served = ask_served_model(client, _MODEL, write_row(input={"messages": messages, "tools": tools}))

    assert served["question"] == "two"
    assert server.asked("POST", "chat/completions") == [
        {"model": _MODEL, "messages": messages, "temperature": 0, "max_completion_tokens": 256, "tools": tools}
    ]
