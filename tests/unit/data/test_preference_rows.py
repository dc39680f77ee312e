"""A preference row: what is accepted, and where its mistakes are placed."""

import pytest

from tuneport.core import DataError
from tuneport.data import Example, Message, PreferenceExample, TextExample, read_examples

USER = {"role": "user", "content": "Ring"}
YES = {"role": "assistant", "content": "Gladly."}
NO = {"role": "assistant", "content": "Why?"}
TOOL = {"type": "function", "function": {"name": "ring", "parameters": {"type": "object", "properties": {}}}}


def pair(*messages, preferred=YES, non_preferred=NO, **given):
    return {
        "input": {"messages": list(messages or [USER]), **given},
        "preferred_output": [preferred],
        "non_preferred_output": [non_preferred],
    }


def problems(report):
    return [(problem.code, problem.field, problem.found) for problem in (*report.errors, *report.warnings)]


def test_a_row_becomes_two_examples_of_which_only_the_answers_carry_loss(write):
    earlier = {"role": "assistant", "content": "At your service."}
    path = write([pair(USER, earlier, USER, tools=[TOOL], parallel_tool_calls=False)])

    (example,) = read_examples(path, method="dpo")

    before = (Message("user", "Ring"), Message("assistant", "At your service.", weight=0.0), Message("user", "Ring"))
    assert example == PreferenceExample(
        preferred=Example(1, (*before, Message("assistant", "Gladly.")), (TOOL,), parallel_tool_calls=False),
        non_preferred=Example(1, (*before, Message("assistant", "Why?")), (TOOL,), parallel_tool_calls=False),
    )


def test_the_older_spelling_means_the_same(write, check):
    row = pair()
    older = {
        "input": row["input"],
        "preferred_completion": row["preferred_output"],
        "non_preferred_completion": row["non_preferred_output"],
    }

    report = check([older], method="dpo")

    assert report.counts_by_code == {}
    (example,) = read_examples(write([older]), method="dpo")
    assert example.non_preferred.messages[-1] == Message("assistant", "Why?")


def test_a_missing_input_fails_the_job_in_the_words_of_openai(check):
    report = check([{"preferred_output": [YES], "non_preferred_output": [NO]}], method="dpo", is_training_file=True)

    code, message = report.job_failure("file-abc")

    assert code == "invalid_training_file"
    assert "Invalid file format. Example 1 is missing key 'input'." in message


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            pair({"role": "usr", "content": "Ring"}),
            ("unknown_role", "input.messages[0].role", "in 'input', message 1 has role 'usr'"),
        ),
        (
            pair(preferred={"role": "assistant", "content": 5}),
            (
                "content_not_text",
                "preferred_output[0].content",
                "in 'preferred_output', message 1 has the content 5",
            ),
        ),
        (
            pair(tools="[]"),
            ("tools_not_list", "input.tools", "in 'input', 'tools' is '[]'"),
        ),
        (
            pair(USER, {**YES, "weight": 1}, USER),
            ("weight_ignored", "input.messages[1].weight", "in 'input', message 2 has weight 1"),
        ),
    ],
)
def test_a_problem_is_placed_in_its_part_of_the_row(check, row, problem):
    assert problems(check([row], method="dpo")) == [problem]


def test_an_answer_may_call_a_declared_tool_and_no_other(check):
    calls = [
        {"id": "call_1", "type": "function", "function": {"name": name, "arguments": "{}"}} for name in ("ring", "sing")
    ]
    answers = [{"role": "assistant", "tool_calls": [call]} for call in calls]

    good = check([pair(preferred=answers[0], tools=[TOOL])], method="dpo")
    bad = check([pair(non_preferred=answers[1], tools=[TOOL])], method="dpo")

    assert good.counts_by_code == {}
    assert [(problem.code, problem.field) for problem in bad.errors] == [
        ("tool_not_declared", "non_preferred_output[0].tool_calls[0].function.name")
    ]


def test_a_call_of_the_input_needs_its_result(check):
    call = {"id": "call_1", "type": "function", "function": {"name": "ring", "arguments": "{}"}}
    report = check([pair(USER, {"role": "assistant", "tool_calls": [call]}, USER, tools=[TOOL])], method="dpo")

    assert report.counts_by_code == {"call_not_answered": 1}


def test_text_rows_become_examples_of_prompt_and_completion(write):
    path = write([{"prompt": "2 + 2 =", "completion": " 4"}, {"prompt": "", "completion": "Once"}])

    assert list(read_examples(path)) == [TextExample(1, "2 + 2 =", " 4"), TextExample(2, "", "Once")]


def test_a_row_of_another_format_ends_the_reading_with_its_line(write):
    path = write([{"prompt": "2 + 2 =", "completion": " 4"}, {"messages": [USER, YES]}])

    with pytest.raises(DataError, match="line 2: the row is in the chat format") as caught:
        list(read_examples(path))

    assert caught.value.code == "mixed_formats"


def test_a_call_that_an_answer_leaves_behind_is_placed_in_the_answer(check):
    call = {"id": "c1", "type": "function", "function": {"name": "ring", "arguments": "{}"}}
    asked = [USER, {"role": "assistant", "tool_calls": [call, call | {"id": "c2"}]}]
    result = {"role": "tool", "tool_call_id": "c1", "content": "rung"}

    report = check([pair(*asked, result, tools=[TOOL])], method="dpo")

    ((code, field, found),) = problems(report)
    assert (code, field) == ("call_not_answered", "preferred_output[0]")
    assert found.startswith("in 'preferred_output', message 1 has role 'assistant', but 1 call(s) before it")


@pytest.mark.parametrize("key", ["preferred", "non_preferred"])
def test_several_calls_of_an_answer_are_placed_in_that_answer(check, key):
    call = {"id": "c1", "type": "function", "function": {"name": "ring", "arguments": "{}"}}
    calling = {"role": "assistant", "tool_calls": [call, call | {"id": "c2"}]}

    report = check([pair(tools=[TOOL], parallel_tool_calls=False, **{key: calling})], method="dpo")

    assert [(code, field) for code, field, _ in problems(report)] == [
        ("calls_not_parallel", f"{key}_output[0].tool_calls")
    ]
