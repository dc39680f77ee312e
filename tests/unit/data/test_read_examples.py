"""Rows become examples, in whichever of the accepted spellings they were written."""

import json

import pytest

from tuneport.core import DataError
from tuneport.data import Example, Message, ToolCall, read_examples

USER = {"role": "user", "content": "Ring"}
FUNCTION = {"name": "ring", "parameters": {"type": "object", "properties": {}}}


def test_a_plain_row_becomes_an_example(write):
    path = write([{"messages": [USER, {"role": "assistant", "content": "Done.", "weight": 0}]}])

    assert list(read_examples(path)) == [
        Example(
            line=1,
            messages=(Message("user", "Ring"), Message("assistant", "Done.", weight=0.0)),
            tools=(),
            parallel_tool_calls=True,
        )
    ]


def test_lines_are_those_of_the_file(write):
    row = json.dumps({"messages": [USER, {"role": "assistant", "content": "Done."}]})

    examples = list(read_examples(write(f"\ufeff{row}\r\n\r\n{row}")))

    assert [example.line for example in examples] == [1, 3]


def test_text_parts_are_joined(write):
    parts = [{"type": "text", "text": "Ring "}, {"type": "text", "text": "twice"}]
    path = write([{"messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": "Done."}]}])

    assert next(read_examples(path)).messages[0].content == "Ring twice"


def test_tool_calls_keep_their_arguments_to_the_letter(write):
    call = {"id": "call_7", "type": "function", "function": {"name": "ring", "arguments": '{ "n":1 }'}}
    tools = [{"type": "function", "function": FUNCTION}]
    result = {"role": "tool", "tool_call_id": "call_7", "content": "ok"}
    reply = {"role": "assistant", "content": "Done."}
    messages = [USER, {"role": "assistant", "tool_calls": [call]}, result, reply]

    example = next(read_examples(write([{"messages": messages, "tools": tools, "parallel_tool_calls": False}])))

    assert example.messages[1] == Message("assistant", None, (ToolCall("call_7", "ring", '{ "n":1 }'),))
    assert example.messages[2] == Message("tool", "ok", tool_call_id="call_7")
    assert example.tools == tuple(tools)
    assert example.parallel_tool_calls is False


def test_older_function_calls_become_tool_calls(write):
    call = {"role": "assistant", "content": None, "function_call": {"name": "ring", "arguments": "{}"}}
    result = {"role": "function", "name": "ring", "content": "ok"}
    messages = [USER, call, result, call, result, {"role": "assistant", "content": "Done."}]

    example = next(read_examples(write([{"messages": messages, "functions": [FUNCTION]}])))

    assert example.tools == ({"type": "function", "function": FUNCTION},)
    assert example.messages[1].tool_calls == (ToolCall("call_1", "ring", "{}"),)
    assert example.messages[2] == Message("tool", "ok", tool_call_id="call_1", name="ring")
    assert example.messages[4].tool_call_id == example.messages[3].tool_calls[0].id == "call_3"


@pytest.mark.parametrize(
    ("line", "code"),
    [('{"messages": [{"role": "bot"}]}', "unknown_role"), ("[1]", "row_not_object"), ('{"a": ', "cut_off_file")],
)
def test_a_wrong_row_names_file_and_line(write, line, code):
    good = json.dumps({"messages": [USER, {"role": "assistant", "content": "Done."}]})

    with pytest.raises(DataError, match=r"rows\.jsonl line 2: ") as caught:
        list(read_examples(write(f"{good}\n{line}")))

    assert caught.value.code == code


def test_a_file_of_another_kind_is_named(write):
    with pytest.raises(DataError, match=r"rows\.jsonl: ") as caught:
        list(read_examples(write(b"\x1f\x8bpacked")))

    assert caught.value.code == "compressed_file"
