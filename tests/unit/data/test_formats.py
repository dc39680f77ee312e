"""Formats of other programs are recognised, and the way to ours is told."""

import pytest

from tuneport.data.formats import detect_format, explain_unknown_row

USER = {"role": "user", "content": "Hi"}
REPLY = {"role": "assistant", "content": "Hello"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"messages": [USER, REPLY]}, "chat"),
        ({"messages": [USER]}, "chat"),
        ({"messages": "[]"}, "chat"),
        ({"messages": [USER], "reference_answer": "8"}, "reinforcement"),
        ({"input": {"messages": [USER]}, "preferred_completion": [REPLY]}, "preference"),
        ({"input": {"messages": [USER]}}, "preference"),
        ({"messages": [USER], "preferred_output": [REPLY]}, "preference"),
        ({"prompt": "Hi", "completion": "Hello"}, "prompt_completion"),
        ({"prompt": "Hi"}, "prompt_completion"),
        ({"prompt": "Hi", "chosen": "Hello", "rejected": ""}, "unknown"),
        ({"input": "Hi", "output": "Hello"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_format_is_told_by_the_keys(row, expected):
    assert detect_format(row) == expected


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ({"message": []}, "Rename 'message'"),
        ({"mesages": []}, "Rename 'mesages'"),
        ({"instruction": "", "input": "", "output": ""}, "Alpaca"),
        ({"conversations": []}, "ShareGPT"),
        ({"prompt": "", "chosen": "", "rejected": ""}, "preferred_output"),
        (USER, "one 'messages' list"),
    ],
)
def test_rows_of_other_programs_get_a_hint(row, part):
    assert part in explain_unknown_row(row)


def test_a_row_that_resembles_nothing_gets_no_hint():
    assert explain_unknown_row({"x": 1}) == ""
