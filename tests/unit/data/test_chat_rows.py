"""Problems of a chat row name the field, what was found and what was probably meant."""

import pytest

USER = {"role": "user", "content": "Hi"}
REPLY = {"role": "assistant", "content": "Hello"}


@pytest.mark.parametrize(
    ("row", "code", "field", "part"),
    [
        ({"messages": [USER, {**REPLY, "role": "asistant"}]}, "unknown_role", "messages[1].role", "mean 'assistant'?"),
        ({"messages": [USER, {**REPLY, "role": "Human"}]}, "unknown_role", "messages[1].role", "mean 'user'?"),
        ({"messages": [USER, {**REPLY, "role": ["user"]}]}, "unknown_role", "messages[1].role", "a list"),
        ({"messages": [{"from": "human", "value": "Hi"}, REPLY]}, "missing_role", "messages[0].role", "Rename 'from'"),
        ({"messages": [USER, {**REPLY, "contnt": ""}]}, "unknown_message_key", "messages[1].contnt", "mean 'content'?"),
        ({"messages": [USER, REPLY], "weight": 1}, "unknown_row_key", "weight", "inside the assistant messages"),
        ({"messages": '[{"role": "user"}]'}, "messages_not_list", "messages", "decode it once"),
        ({"messages": [USER, {**REPLY, "weight": True}]}, "unknown_weight", "messages[1].weight", "true"),
        ({"messages": [USER, {**REPLY, "weight": "1"}]}, "unknown_weight", "messages[1].weight", "'1'"),
        (
            {"messages": [{**USER, "content": [{"type": "text"}]}, REPLY]},
            "content_not_text",
            "messages[0].content[0]",
            "",
        ),
        ({"messages": [{**USER, "content": []}, REPLY]}, "missing_content", "messages[0].content", "message 1"),
        ({"messages": [{**USER, "tool_calls": []}, REPLY]}, "misplaced_key", "messages[0].tool_calls", "'user'"),
    ],
)
def test_problem_names_field_and_remedy(check, row, code, field, part):
    report = check([row])

    assert [(problem.code, problem.field) for problem in report.errors] == [(code, field)]
    assert part in report.errors[0].message
    assert report.errors[0].message.startswith("line 1: ")


@pytest.mark.parametrize(
    "messages",
    [
        [USER, REPLY],
        [REPLY],
        [{"role": "developer", "content": "Be brief."}, USER, REPLY, USER, {**REPLY, "weight": 1.0}],
        [USER, {**REPLY, "weight": 0}, USER, {**REPLY, "weight": 1}],
        [{**USER, "name": "Ada", "tool_calls": None}, {**REPLY, "weight": None, "function_call": None}],
        [{**USER, "content": [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]}, REPLY],
    ],
)
def test_good_rows_have_no_problem(check, messages):
    report = check([{"messages": messages, "tools": None, "parallel_tool_calls": None}])

    assert report.counts_by_code == {}
