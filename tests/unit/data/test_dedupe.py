"""Of equal rows the first is kept, as it stands."""

import json

import pytest

from tuneport.core import DataError
from tuneport.data import dedupe_file


def row(question, answer="a"):
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


@pytest.fixture
def dedupe(write):
    def dedupe(content, **options):
        written = []
        report = dedupe_file(write(content), written.append, **options)
        return report, b"".join(written).decode().splitlines()

    return dedupe


def test_rows_that_differ_in_the_order_of_keys_alone_are_equal(dedupe):
    first, second = '{"prompt": "a", "completion": "b"}', '{"completion":"b","prompt":"a"}'

    report, lines = dedupe(f"{first}\n\n{second}\n{json.dumps(row('x'))}\n")

    assert lines == [first, json.dumps(row("x"))]
    assert (report.n_rows, report.n_kept, report.n_removed) == (3, 2, 1)
    assert [(removed.line, removed.same_as_line) for removed in report.removed] == [(3, 1)]


def test_by_prompt_the_answer_does_not_count(dedupe):
    report, lines = dedupe([row("2 + 2", "4"), row("2 +  2", "four"), row("2 - 2", "0")], by="prompt")

    assert lines == [json.dumps(row("2 + 2", "4")), json.dumps(row("2 - 2", "0"))]
    assert report.n_removed == 1


def test_by_prompt_the_pair_of_a_preference_row_does_not_count(dedupe):
    def pair(preferred, other):
        return {
            "input": {"messages": [{"role": "user", "content": "2 + 2"}]},
            "preferred_output": [{"role": "assistant", "content": preferred}],
            "non_preferred_output": [{"role": "assistant", "content": other}],
        }

    report, lines = dedupe([pair("4", "5"), pair("four", "five")], by="prompt")

    assert lines == [json.dumps(pair("4", "5"))]
    assert report.n_removed == 1


def test_lines_that_cannot_be_read_stay_and_are_counted(dedupe):
    report, lines = dedupe('{broken\n{"a": 1}\n{broken\n')

    assert lines == ["{broken", '{"a": 1}']
    assert report.n_unreadable == 2


def test_rows_nested_deeper_than_can_be_written_are_compared_by_their_bytes(dedupe):
    deep = '{"a": ' + "[" * 300 + "]" * 300 + "}"

    report, lines = dedupe(f"{deep}\n{deep}\n")

    assert lines == [deep]
    assert report.n_removed == 1


def test_a_file_that_is_no_json_lines_is_refused(dedupe):
    with pytest.raises(DataError, match="no file of JSON lines"):
        dedupe("question,answer\na,b\n")
