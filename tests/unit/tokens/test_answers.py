import json

import pytest

from tiny_model import STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.data import Message, ToolCall
from tuneport.tokens import AnswerText, ChatTemplate, Renderer, parse_answer

TOOL = {"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}}


@pytest.fixture
def renderer():
    return Renderer(ChatTemplate(TEMPLATE.read_text()), byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


def stream(renderer, text, *, stop=(), tools=(), max_calls=None):
    answer = AnswerText(renderer, stop, tools, max_calls=max_calls)
    parts = []
    for token_id in byte_tokenizer().encode(text).ids:
        parts.append(answer.push(token_id))
        if answer.is_stopped:
            break
    rest, parsed = answer.finish()
    return parts, "".join(parts) + rest, parsed


@pytest.mark.parametrize(
    "arguments", ['{"level": 3}', "{}", '"double \\"encoded\\""', '{"a":{"b":[1,2]}}', '{"t": "}</"}']
)
def test_what_training_renders_serving_reads_back(renderer, arguments):
    call = ToolCall("call_1", "dim", arguments)
    template = ChatTemplate(TEMPLATE.read_text())
    pieces = template.render(
        [Message("user", "x"), Message("assistant", None, (call,))], [TOOL], add_generation_prompt=False
    )
    text = pieces[1].text.removesuffix("<|im_end|>")

    parsed = parse_answer(text, ["dim"])

    assert parsed.content is None
    assert [(found.name, found.arguments) for found in parsed.tool_calls] == [("dim", arguments)]


def test_several_calls_and_the_text_before_them_are_all_read():
    calls = [f'<tool_call>{{"name": "dim", "arguments": {arguments}}}</tool_call>' for arguments in ("{}", '{"l": 1}')]
    text = "Sure. " + "".join(calls)

    parsed = parse_answer(text, ["dim"])

    assert parsed.content == "Sure."
    assert [json.loads(call.arguments) for call in parsed.tool_calls] == [{}, {"l": 1}]


def test_calls_after_those_that_may_be_made_are_dropped(renderer):
    calls = [f'<tool_call>{{"name": "dim", "arguments": {arguments}}}</tool_call>' for arguments in ("{}", '{"l": 1}')]

    _, text, parsed = stream(renderer, "Sure. " + "".join(calls), tools=["dim"], max_calls=1)

    assert text.strip() == parsed.content == "Sure."
    assert [call.arguments for call in parsed.tool_calls] == ["{}"]


@pytest.mark.parametrize("body", ['{"name":"dim","arguments":{"a":1},"id":2}', '{"arguments":{"a":1},"name":"dim"}'])
def test_a_call_of_another_shape_still_has_arguments_that_parse(body):
    parsed = parse_answer(f"<tool_call>{body}</tool_call>", ["dim"])

    assert json.loads(parsed.tool_calls[0].arguments) == {"a": 1}


@pytest.mark.parametrize("body", ["{broken", '{"name": "other", "arguments": {}}', '{"name": "dim"}', "[1]"])
def test_a_call_that_cannot_be_made_stays_text(body):
    text = f"<tool_call>{body}</tool_call>"

    assert parse_answer(text, ["dim"]).content == text


def test_text_comes_at_once_and_whole(renderer):
    parts, text, _ = stream(renderer, "Hello wörld ✓")

    assert text == "Hello wörld ✓"
    assert parts[0] == "H"
    assert all("\ufffd" not in part for part in parts)


def test_a_stop_text_ends_the_answer_and_no_part_of_it_shows(renderer):
    parts, text, _ = stream(renderer, "one\nENDtwo", stop=["\nEND"])

    assert text == "one"
    assert "".join(parts) == "one"


def test_the_beginning_of_a_stop_text_that_does_not_go_on_is_shown(renderer):
    _, text, _ = stream(renderer, "one\nEN", stop=["\nEND"])

    assert text == "one\nEN"


def test_a_call_is_never_streamed_as_text(renderer):
    parts, text, parsed = stream(renderer, 'Ok<tool_call>{"name": "dim", "arguments": {}}</tool_call>', tools=["dim"])

    assert text == "Ok"
    assert "".join(parts) == "Ok"
    assert parsed.tool_calls[0].name == "dim"


@pytest.mark.parametrize("said", ["Ok<tool_call>{oops", '\n<tool_call>{"name": "dim", "argum', " <tool_call>"])
def test_a_broken_call_is_shown_at_the_end(renderer, said):
    _, text, parsed = stream(renderer, said, tools=["dim"])

    assert text == said
    assert parsed.tool_calls == ()
