from fake_wire import event_stream
from tuneport.cli.commands.chat import _answer
from tuneport.cli.talk import Talk


def test_what_a_terminal_would_act_on_is_shown_as_a_picture(server, client, capsys):
    call = {"index": 0, "id": "call_1", "function": {"name": "dim", "arguments": '{"room": "\x9b2J"}'}}
    deltas = ({"content": "Hi\x1b[2J\n"}, {"tool_calls": [call]})
    server.on("POST chat/completions", event_stream(*({"choices": [{"index": 0, "delta": each}]} for each in deltas)))

    _answer(Talk(client, "tiny", [], []), "hi")

    assert capsys.readouterr().out == 'Hi␛[2J\n\ndim({"room": "␦2J"})\n'
