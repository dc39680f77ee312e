"""Calls, their results, and the tools that they name."""

import pytest

USER = {"role": "user", "content": "Ring the bell"}
REPLY = {"role": "assistant", "content": "Done."}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "ok"}
PARAMETERS = {
    "type": "object",
    "properties": {
        "times": {"type": "integer"},
        "how": {"type": "string", "enum": ["loud", "soft"]},
        "until": {"type": ["number", "null"]},
    },
    "required": ["times"],
}
FUNCTION = {"name": "ring", "parameters": PARAMETERS}
TOOLS = [{"type": "function", "function": FUNCTION}]


def call(arguments='{"times": 1}', call_id="call_1"):
    return {"id": call_id, "type": "function", "function": {"name": "ring", "arguments": arguments}}


def calling(*calls):
    return {"role": "assistant", "tool_calls": list(calls)}


OLDER_CALL = {"role": "assistant", "content": None, "function_call": {"name": "ring", "arguments": '{"times": 1}'}}
OLDER_RESULT = {"role": "function", "name": "ring", "content": "ok"}


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [USER, calling(call())], "tools": TOOLS},
        {"messages": [USER, calling(call()), RESULT, REPLY], "tools": TOOLS},
        {
            "messages": [USER, calling(call(), call(call_id="b")), {**RESULT, "tool_call_id": "b"}, RESULT, REPLY],
            "tools": TOOLS,
        },
        {"messages": [USER, OLDER_CALL, OLDER_RESULT, REPLY], "functions": [FUNCTION]},
        {"messages": [USER, calling(call("{}"))], "tools": [{"type": "function", "function": {"name": "ring"}}]},
        {"messages": [USER, calling(call('{"times": 2, "how": "soft", "until": null}'))], "tools": TOOLS},
    ],
    ids=["ends on a call", "answered", "two at once", "older keys", "no parameters", "all types"],
)
def test_good_calls_have_no_problem(check, row):
    assert check([row]).counts_by_code == {}


@pytest.mark.parametrize(
    ("messages", "code", "field"),
    [
        ([USER, calling(call()), USER, REPLY], "call_not_answered", "messages[2]"),
        ([USER, calling(call(), call(call_id="b")), RESULT, REPLY], "call_not_answered", "messages[3]"),
        ([USER, calling(call()), RESULT], "no_final_reply", "messages[2]"),
        ([USER, calling(call()), {**RESULT, "tool_call_id": "x"}, REPLY], "unknown_call_id", "messages[2]"),
        ([USER, calling(call()), {**RESULT, "tool_call_id": []}, REPLY], "unknown_call_id", "messages[2]"),
        ([USER, calling(call()), OLDER_RESULT, REPLY], "unknown_call_id", "messages[2]"),
        ([USER, {"role": "assistant", "tool_calls": "ring"}], "malformed_call", "messages[1].tool_calls"),
        ([USER, calling({**call(), "type": "tool"})], "malformed_call", "messages[1].tool_calls[0]"),
        ([USER, calling({**call(), "function": None})], "malformed_call", "messages[1].tool_calls[0].function"),
    ],
)
def test_one_mistake_is_one_problem(check, messages, code, field):
    report = check([{"messages": messages, "tools": TOOLS}])

    assert [(problem.code, problem.field) for problem in report.errors] == [(code, field)]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("{}", "required argument 'times' is missing"),
        ('{"times": "two"}', "'times' is 'two', not of type integer"),
        ('{"times": true}', "not of type integer"),
        ('{"times": 1, "how": "wild"}', "not in its enum"),
        ('{"times": 1, "where": "here"}', "'where' is not declared"),
        ('{"times": 1, "until": "noon"}', "not of type number or null"),
    ],
)
def test_arguments_that_break_the_schema_are_a_warning(check, arguments, part):
    report = check([{"messages": [USER, calling(call(arguments))], "tools": TOOLS}])

    assert report.is_good
    assert [warning.code for warning in report.warnings] == ["arguments_break_schema"]
    assert part in report.warnings[0].found


def test_a_schema_that_is_no_schema_is_left_alone(check):
    parameters = {"properties": {"times": {"type": [[]], "enum": 5}}, "required": [[], 5]}
    tools = [{"type": "function", "function": {"name": "ring", "parameters": parameters}}]

    assert check([{"messages": [USER, calling(call())], "tools": tools}]).counts_by_code == {}


def test_broken_tools_do_not_make_every_call_a_problem(check):
    report = check([{"messages": [USER, calling(call())], "tools": "[]"}])

    assert report.counts_by_code == {"tools_not_list": 1}
