"""The quick look at a row never overlooks what the rules would say of it."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuneport.data.problems import Findings
from tuneport.data.reading import parse_row
from tuneport.data.row_checks import RowChecks
from tuneport.data.sound_rows import find_unsure_rows

USER = {"role": "user", "content": "Hi"}
REPLY = {"role": "assistant", "content": "Hello"}
RING = {"type": "function", "function": {"name": "ring", "parameters": {"properties": {"n": {"type": "integer"}}}}}


def call(call_id="a", name="ring", arguments='{"n": 1}'):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


CALLING = {"role": "assistant", "content": None, "tool_calls": [call()]}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "rung"}

sometimes_odd = st.sampled_from([None, "", " ", "text", 0, 1, 1.0, True, [], {}, [{"type": "text", "text": "a"}]])
calls = st.builds(
    call,
    st.sampled_from(["a", "b", ""]),
    st.sampled_from(["ring", "sing"]),
    st.sampled_from(["{}", '{"n": 1}', '{"n": "1"}', '{"m": 1}', '"{}"', "[]", "{"]),
)
parts = st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url"]), "text": st.sampled_from(["a", "", 1])})
contents = st.sampled_from(["Hi", "", " \n", None, 5]) | st.lists(parts, max_size=2)
messages = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user", "assistant", "assistant", "tool", "function", "bot"])},
    optional={
        "content": contents,
        "name": st.sampled_from(["Ann", None, 3]),
        "weight": st.sampled_from([0, 1, 0, 1, 1.0, True, None, 2]),
        "tool_calls": st.lists(calls, max_size=2) | st.none(),
        "tool_call_id": st.sampled_from(["a", "b", None]),
        "function_call": st.just({"name": "ring", "arguments": "{}"}),
        "mood": st.just("glad"),
    },
)
plain_messages = st.sampled_from([USER, REPLY, REPLY | {"weight": 0}, CALLING, RESULT])
conversations = st.lists(plain_messages | messages, max_size=5)
chat_rows = st.fixed_dictionaries(
    {"messages": conversations},
    optional={
        "tools": st.sampled_from([[RING], [RING, RING], [], None, [{"type": "function"}], "[]"]),
        "parallel_tool_calls": st.sampled_from([True, False, None, 1]),
        "functions": st.just([]),
        "input": st.just({}),
        "reference_answer": st.just("x"),
    },
)
outputs = st.lists(
    st.sampled_from([REPLY, REPLY | {"content": "Bye"}, REPLY | {"weight": 0}, CALLING, USER]), max_size=2
)
preference_rows = st.fixed_dictionaries(
    {"input": chat_rows, "preferred_output": outputs, "non_preferred_output": outputs},
    optional={"preferred_completion": outputs, "id": st.just(1)},
)
text_rows = st.fixed_dictionaries({}, optional=dict.fromkeys(("prompt", "completion", "id"), sometimes_odd))


def is_sound(row_format, content):
    return find_unsure_rows(row_format, [content], 10**6) == []


def says_nothing(row_format, method, content):
    findings = Findings()
    checks = RowChecks(method, findings, row_format)
    return checks.check(parse_row(1, 1, content)) and not findings.counts_by_code


@given(chat_rows | text_rows | preference_rows)
@settings(max_examples=1000)
@example({"messages": [USER, CALLING, RESULT, REPLY], "tools": [RING]})
@example({"messages": [USER, REPLY | {"tool_calls": [call("a"), call("a")]}], "tools": [RING]})
def test_the_rules_have_nothing_to_say_of_a_sound_row(row):
    content = json.dumps(row).encode()
    for row_format, method in (("chat", "supervised"), ("prompt_completion", "supervised"), ("preference", "dpo")):
        if is_sound(row_format, content):
            assert says_nothing(row_format, method, content), (row_format, row)


@given(st.data())
@settings(max_examples=500)
def test_a_sound_row_with_a_few_bytes_changed_is_sound_by_the_rules_or_not_sound(data):
    content = bytearray(json.dumps({"messages": [USER, CALLING, RESULT, REPLY], "tools": [RING]}).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(st.sampled_from([b"", b'"', b"\\", b"\xff", b"\x00", b"{", b"}", b",", b"\xed\xa0\x80", b"1"]))
        content[place : place + data.draw(st.integers(0, 2))] = new
    if is_sound("chat", bytes(content)):
        assert says_nothing("chat", "supervised", bytes(content)), bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "\\ud83d"}]}',
        b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "\xff"}]}',
        b'{"messages": [{"role": "user", "content": "\t"}, {"role": "assistant", "content": "Hi"}]}',
        b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"}]} x',
        b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"}], "tools": [\xff]}',
        b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "a"}], "tools": "\\ud83d"}',
        b'{"messages": [{"role": "user", "content": "Hi"}], "tools": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_the_parser_refuses_is_not_sound(content):
    assert not is_sound("chat", content)
    assert not says_nothing("chat", "supervised", content)


@pytest.mark.parametrize(
    ("row_format", "row"),
    [
        ("chat", {"messages": [USER, REPLY]}),
        ("chat", {"messages": [USER, REPLY | {"weight": 0}, USER, REPLY | {"weight": 1}], "tools": None}),
        ("chat", {"messages": [USER, CALLING, RESULT, REPLY], "tools": [RING], "parallel_tool_calls": False}),
        ("prompt_completion", {"prompt": "", "completion": "x"}),
        (
            "preference",
            {
                "input": {"messages": [USER], "tools": [RING]},
                "preferred_output": [REPLY],
                "non_preferred_output": [CALLING],
            },
        ),
    ],
)
def test_the_usual_rows_are_seen_to_be_sound(row_format, row):
    assert is_sound(row_format, json.dumps(row).encode())
