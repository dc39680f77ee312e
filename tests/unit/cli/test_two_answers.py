"""A tuned model and its base, asked the same and shown beside each other."""

import io

import pytest
from rich.console import Console

from fake_wire import event_stream
from tuneport.cli.screen import Screen
from tuneport.cli.talk import Talk
from tuneport.cli.two_answers import ask_both, other_model
from tuneport.core import InvalidRequest, TuneportError

CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "ring", "arguments": "{}"}}


def said(*texts):
    return event_stream(*({"choices": [{"index": 0, "delta": {"content": text}}]} for text in texts))


def shown(talks, question, *, is_terminal):
    text = io.StringIO()
    console = Console(file=text, width=60, force_terminal=is_terminal, color_system=None, legacy_windows=False)
    ask_both(Screen(console=console), talks, question)
    return text.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_both_answers_are_shown_with_their_models_names(server, client, is_terminal):
    server.on("POST chat/completions", said("Hel", "lo"))
    talks = (Talk(client, "ft:tiny:local::1", [], []), Talk(client, "tiny", [], []))

    text = shown(talks, "Hi", is_terminal=is_terminal)

    assert text.count("Hello") >= 2
    assert "ft:tiny:local::1" in text
    if is_terminal:
        assert any(line.count("Hello") == 2 for line in text.splitlines())


def test_calls_are_shown_below_what_was_said(server, client):
    server.on("POST chat/completions", event_stream({"choices": [{"index": 0, "delta": {"tool_calls": [CALL]}}]}))
    talks = (Talk(client, "one", [], []), Talk(client, "two", [], []))

    assert shown(talks, "Hi", is_terminal=False) == "one:\nring({})\ntwo:\nring({})\n"


def test_each_model_sees_its_own_answers(server, client):
    server.on("POST chat/completions", said("Hello"))
    talk = Talk(client, "one", [{"role": "system", "content": "Be kind."}], [])
    talk.ask("Hi", lambda text: None)
    talk.ask("And?", lambda text: None)

    messages = server.asked("POST", "chat/completions")[-1]["messages"]
    assert [message["content"] for message in messages] == ["Be kind.", "Hi", "Hello", "And?"]


def test_a_question_that_failed_is_not_in_the_next_one(server, client):
    talk = Talk(client, "one", [], [])
    with pytest.raises(TuneportError):
        talk.ask("Lost", lambda text: None)
    server.on("POST chat/completions", said("Hello"))
    talk.ask("Hi", lambda text: None)

    assert [message["content"] for message in server.asked("POST", "chat/completions")[-1]["messages"]] == ["Hi"]


def test_base_is_the_tuned_models_own_base(server, client):
    server.on("GET models/ft:tiny:local::1", {"id": "ft:tiny:local::1", "tuneport": {"base_model": "tiny"}})
    server.on("GET models/tiny", {"id": "tiny"})

    assert other_model(client, "ft:tiny:local::1", "base") == "tiny"
    assert other_model(client, "tiny", "ft:tiny:local::1") == "ft:tiny:local::1"
    with pytest.raises(InvalidRequest, match="not tuned"):
        other_model(client, "tiny", "base")
