"""One row of a file, found by its number."""

import json

import pytest

from tuneport.core import DataError, NotFound
from tuneport.data import PreferenceExample, TextExample, read_example

PAIR = {
    "input": {"messages": [{"role": "user", "content": "Ring"}]},
    "preferred_output": [{"role": "assistant", "content": "Done."}],
    "non_preferred_output": [{"role": "assistant", "content": "No."}],
}


def chat(answer):
    return {"messages": [{"role": "user", "content": "Ring"}, {"role": "assistant", "content": answer}]}


def answer_of(read):
    return read.example.messages[-1].content


def test_rows_are_counted_without_blank_lines_and_lines_with_them(write):
    path = write(f"\n{json.dumps(chat('one'))}\n\n{json.dumps(chat('two'))}\n")

    by_row, by_line = read_example(path, 2), read_example(path, 4, numbered_by="line")

    assert by_row == by_line
    assert (by_row.row, by_row.line, answer_of(by_row)) == (2, 4, "two")


def test_a_broken_row_elsewhere_is_not_in_the_way(write):
    path = write(f"{{broken\n{json.dumps(chat('two'))}\n")

    assert answer_of(read_example(path, 2)) == "two"


def test_the_method_is_the_one_that_such_a_row_is_for(write):
    path = write([PAIR, {"prompt": "2 + 2 =", "completion": " 4"}])

    pair, text = read_example(path, 1), read_example(path, 2)

    assert (pair.method, text.method) == ("dpo", "supervised")
    assert isinstance(pair.example, PreferenceExample)
    assert isinstance(text.example, TextExample)


@pytest.mark.parametrize("number", [1, 3])
def test_a_line_without_a_row_is_named(write, number):
    path = write(f"\n{json.dumps(chat('one'))}\n")

    with pytest.raises(NotFound, match=f"no row on line {number}") as caught:
        read_example(path, number, numbered_by="line")

    assert caught.value.code == "row_not_found"


@pytest.mark.parametrize(
    ("content", "method", "code"),
    [
        ("{broken\n", None, "invalid_json"),
        (json.dumps(chat("one")), "dpo", "wrong_format"),
        (json.dumps(PAIR), "supervised", "wrong_format"),
        (json.dumps([chat("one")], indent=2), None, "json_array"),
    ],
)
def test_a_row_that_no_job_would_take_is_refused_with_its_code(write, content, method, code):
    with pytest.raises(DataError) as caught:
        read_example(write(content), 1, method=method)

    assert caught.value.code == code
