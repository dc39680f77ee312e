import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from call_templates import BARE, LISTED, TAGGED
from tiny_model import SPECIAL_TOKENS, STOP_TOKEN_ID, TEMPLATE, byte_tokenizer
from tuneport.data import Example, Message, ToolCall
from tuneport.tokens import AnswerText, ChatTemplate, Renderer

TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in ("dim", "ring")]
QUESTION = Message("user", "x")


def renderer_of(source):
    return Renderer(ChatTemplate(source, stop_tokens=["<|im_end|>"]), byte_tokenizer(), frozenset({STOP_TOKEN_ID}))


OURS, TAGS, LIST, BARE_JSON = map(renderer_of, (TEMPLATE.read_text(), TAGGED, LISTED, BARE))


class Read:
    """An answer, read token by token."""

    def __init__(self, text, *, renderer=OURS, stop=(), tools=(), max_calls=None):
        answer = AnswerText(renderer, stop, tools, max_calls=max_calls)
        self.pieces = []
        for token_id in byte_tokenizer().encode(text).ids:
            self.pieces.append(answer.push(token_id))
            if answer.is_stopped:
                break
        self.pieces.append(answer.finish())
        self.has_calls = answer.has_calls
        self.content = "".join(piece.content for piece in self.pieces)
        self.calls = self._joined()

    def _joined(self):
        calls = []
        for piece in (call for each in self.pieces for call in each.calls):
            if piece.name is not None:
                calls.append([piece.name, ""])
            calls[piece.index][1] += piece.arguments
        return [tuple(call) for call in calls]


def written(renderer, content, *calls):
    """Give what the model is trained to write for a message with these calls."""
    message = Message("assistant", content, tuple(ToolCall(f"call_{name}", name, text) for name, text in calls))
    pieces = renderer.render(Example(1, (QUESTION, message), tuple(TOOLS)))
    (answer,) = (piece.text for piece in pieces if piece.message_index is not None)
    return answer.removesuffix("<|im_end|>")


# A control token in a text is that token, to training and serving alike, and tokens of control are no text.
texts = st.text().filter(lambda text: not any(token in text for token in SPECIAL_TOKENS))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
argument_texts = st.builds(
    json.dumps,
    st.dictionaries(texts, json_values, max_size=4),
    indent=st.sampled_from([None, 2]),
    ensure_ascii=st.booleans(),
)
calls = st.tuples(st.sampled_from(["dim", "ring"]), argument_texts)
plain_text = st.text(st.characters(codec="utf-8", exclude_characters="<[{\ufffd")).map(str.strip)


@settings(max_examples=60)
@given(st.sampled_from([OURS, TAGS, LIST]), st.none() | plain_text, st.lists(calls, min_size=1, max_size=3))
def test_what_training_renders_serving_reads_back(renderer, content, made):
    read = Read(written(renderer, content, *made), renderer=renderer, tools=["dim", "ring"])

    assert read.calls == made
    assert read.content == (content or "")
    assert read.has_calls


@settings(max_examples=20)
@given(calls)
def test_a_bare_call_is_read_back(made):
    read = Read(written(BARE_JSON, None, made), renderer=BARE_JSON, tools=["dim", "ring"])

    assert (read.calls, read.content) == ([made], "")


@settings(max_examples=40)
@given(st.sampled_from([OURS, TAGS, LIST]), st.none() | plain_text, st.lists(calls, min_size=1, max_size=3))
def test_what_serving_reads_the_next_turn_renders_with_the_same_tokens(renderer, content, made):
    text = written(renderer, content, *made)
    read = Read(text, renderer=renderer, tools=["dim", "ring"])
    answer = Message("assistant", read.content or None, tuple(ToolCall("call_9", *call) for call in read.calls))

    first_turn = renderer.tokenize_prompt([QUESTION], TOOLS)
    next_turn = renderer.tokenize_prompt([QUESTION, answer, Message("user", "y")], TOOLS)

    said = byte_tokenizer().encode(text).ids
    assert next_turn[: len(first_turn) + len(said)] == [*first_turn, *said]


@pytest.mark.parametrize("arguments", ['"double \\"encoded\\""', "3", "null", "[1, 2]"])
def test_arguments_that_are_no_object_are_read_as_they_are(arguments):
    assert Read(written(OURS, None, ("dim", arguments)), tools=["dim"]).calls == [("dim", arguments)]


def test_arguments_come_as_they_are_written():
    read = Read('<tool_call>{"name": "dim", "arguments": {"level": 3}}</tool_call>', tools=["dim"])

    pieces = [call for piece in read.pieces for call in piece.calls]
    assert (pieces[0].name, pieces[0].arguments) == ("dim", "")
    assert [piece.arguments for piece in pieces[1:]] == list('{"level": 3}')
    assert {piece.id for piece in pieces[1:]} == {None}


@pytest.mark.parametrize(("max_calls", "kept"), [(None, ["{}", '{"l": 1}']), (1, ["{}"])])
def test_calls_after_those_that_may_be_made_are_dropped(max_calls, kept):
    text = "Sure." + written(OURS, None, ("dim", "{}"), ("dim", '{"l": 1}'))

    read = Read(text, tools=["dim"], max_calls=max_calls)

    assert read.content == "Sure."
    assert [arguments for _, arguments in read.calls] == kept


def test_white_space_around_json_is_free():
    text = '<tool_call>\n{ "name":"dim",\n"arguments" : {"a": 1} }\n</tool_call>'

    read = Read(text, tools=["dim"])

    assert (read.calls, read.content) == ([("dim", '{"a": 1}')], "")


@pytest.mark.parametrize(
    "body", ["{broken", '{"name": "other", "arguments": {}}', '{"name": "dim"}', "[1]", '{"arguments": {}}']
)
def test_a_call_that_cannot_be_made_stays_text(body):
    text = f"Ok <tool_call>{body}</tool_call> then"

    read = Read(text, tools=["dim"])

    assert (read.content, read.calls, read.has_calls) == (text, [], False)


def test_a_call_after_one_that_cannot_be_made_is_read():
    broken = '<tool_call>{"name": "other", "arguments": {}}</tool_call>'

    read = Read(broken + written(OURS, None, ("dim", "{}")), tools=["dim"])

    assert (read.content, read.calls) == (broken, [("dim", "{}")])


@pytest.mark.parametrize("said", ["Ok<tool_call>{oops", '\n<tool_call>{"name": "dim", "argum', " <tool_call>"])
def test_a_call_that_ends_before_its_arguments_is_shown_as_text(said):
    read = Read(said, tools=["dim"])

    assert (read.content, read.calls) == (said, [])


def test_a_call_whose_arguments_are_cut_is_a_call_that_is_not_whole():
    read = Read('<tool_call>{"name": "dim", "arguments": {"le', tools=["dim"])

    assert (read.content, read.calls, read.has_calls) == ("", [("dim", '{"le')], False)


def test_json_that_is_no_call_of_a_bare_template_is_text():
    text = '{"name": "other", "parameters": {}} and {"name": "dim", "parameters": {}}'

    read = Read(text, renderer=BARE_JSON, tools=["dim"])

    assert (read.content, read.calls) == (text, [])


def test_text_comes_at_once_and_whole():
    read = Read("Hello wörld ✓ <to", tools=["dim"])

    assert read.content == "Hello wörld ✓ <to"
    assert read.pieces[0].content == "H"
    assert all("\ufffd" not in piece.content for piece in read.pieces)


def test_without_tools_a_call_is_text():
    text = written(OURS, None, ("dim", "{}"))

    assert Read(text).content == text


def test_a_stop_text_ends_the_answer_and_no_part_of_it_shows():
    read = Read("one\nENDtwo", stop=["\nEND"])

    assert read.content == "one"


def test_the_beginning_of_a_stop_text_that_does_not_go_on_is_shown():
    assert Read("one\nEN", stop=["\nEND"]).content == "one\nEN"
