import json

import pytest

from fake_wire import event_stream
from tuneport.cli.chat_turn import ask, calls_text, read_setting
from tuneport.core import DataError


def _chunk(**delta):
    return {"choices": [{"index": 0, "delta": delta}]}


def _call(**function):
    return {"index": 0, "function": function}


def test_text_is_shown_as_it_streams_and_kept_as_a_message(server, client):
    server.on(
        "POST chat/completions",
        event_stream(
            _chunk(role="assistant", content=""), _chunk(content="Hel"), _chunk(content="lo"), {"choices": []}
        ),
    )
    shown = []

    message = ask(client, "tiny", [{"role": "user", "content": "hi"}], [], on_text=shown.append)

    assert shown == ["Hel", "lo"]
    assert message == {"role": "assistant", "content": "Hello"}


def test_a_call_is_put_together_from_its_pieces(server, client):
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "set_light", "arguments": ""}}
    server.on(
        "POST chat/completions",
        event_stream(
            _chunk(tool_calls=[first]),
            _chunk(tool_calls=[_call(arguments='{"on"')]),
            _chunk(tool_calls=[_call(arguments=":true}")]),
        ),
    )

    message = ask(client, "tiny", [], [{"type": "function"}], on_text=lambda text: None)

    assert message["content"] is None
    assert message["tool_calls"][0]["id"] == "call_1"
    assert calls_text(message) == 'set_light({"on":true})'


def test_tools_are_sent_only_if_there_are_any(server, client):
    server.on("POST chat/completions", event_stream())

    ask(client, "tiny", [], [], on_text=lambda text: None)

    assert server.asked("POST", "chat/completions") == [{"model": "tiny", "messages": [], "stream": True}]


def test_the_setting_of_a_file_is_its_first_rows_instructions_and_tools(tmp_path):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n" + json.dumps({"messages": messages, "tools": [{"type": "function"}]}) + "\n")

    assert read_setting(path) == ([messages[0]], [{"type": "function"}])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"text": 1}', '{"messages": [1]}'])
def test_a_file_that_is_not_chat_rows_is_refused_as_a_setting(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_text(content)

    with pytest.raises(DataError, match="--like needs a file of rows"):
        read_setting(path)


def test_the_setting_of_preference_rows_is_in_their_input(tmp_path):
    given = {"messages": [{"role": "system", "content": "Be brief."}], "tools": [{"type": "function"}]}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"input": given, "preferred_output": [], "non_preferred_output": []}))

    assert read_setting(path) == (given["messages"], given["tools"])


def test_functions_of_the_older_form_are_read_as_tools(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"messages": [], "functions": [{"name": "set_light"}]}) + "\n")

    assert read_setting(path)[1] == [{"type": "function", "function": {"name": "set_light"}}]
