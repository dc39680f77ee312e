"""A file that is checked in parts has the report that it has as a whole."""

import json
import random

import pytest

from tuneport.data import check, check_file
from tuneport.data.check import FileCheck, parts_of
from tuneport.data.part_check import CheckOptions, Part, check_part

USER = {"role": "user", "content": "Hi"}
ROWS = [
    json.dumps({"messages": [USER, {"role": "assistant", "content": "Hello"}]}),
    json.dumps({"messages": [USER, {"role": "assistant", "content": " "}]}),
    json.dumps({"messages": [USER]}),
    json.dumps({"prompt": "a", "completion": "b"}),
    json.dumps({"input": {"messages": [USER]}, "preferred_output": []}),
    "",
    "{",
    "[1]",
]


def test_how_many_rows_were_compared_is_told(write, monkeypatch):
    monkeypatch.setattr("tuneport.data.repeated_rows.MOST_ROWS_REMEMBERED", 20)

    assert check_file(write("\n".join(ROWS[:1] * 30))).n_compared_rows == 20
    assert check_file(write("\n".join([*ROWS[:1] * 12, "[]"]))).n_compared_rows == 13


@pytest.mark.parametrize("method", ["supervised", "dpo"])
@pytest.mark.parametrize("seed", range(20))
def test_parts_of_any_size_give_one_report(write, method, seed):
    draw = random.Random(seed)
    lines = [draw.choice([*ROWS, str(draw.random())]) for _ in range(draw.randrange(60))]
    path = write("\n".join(["[]", *lines]))
    whole = check_file(path, method=method)
    file_check = FileCheck(method)
    known = CheckOptions(method, 8192, whole.format)

    for part in parts_of(path.stat().st_size, draw.randrange(1, 200)):
        file_check.add(check_part(path, known, part))

    assert file_check.result(is_training_file=True, n_bytes=whole.n_bytes) == whole


def test_a_large_file_is_checked_by_several_processes(write, monkeypatch):
    path = write("\n".join([*ROWS, *map(str, range(50))] * 20))
    whole = check_file(path)
    monkeypatch.setattr(check, "ONE_PART_BYTES", 0)
    monkeypatch.setattr(check, "PART_BYTES", 1000)
    monkeypatch.setattr(check, "available_cores", lambda: 2)

    assert check_file(path) == whole


def test_a_line_longer_than_a_part_is_in_the_part_where_it_begins(write):
    path = write(ROWS[0] + "\n" + ROWS[2] + "\n")
    options = CheckOptions("supervised", 8192, "chat")
    start = len(ROWS[0])

    middle = check_part(path, options, Part(10, start))
    last = check_part(path, options, Part(start, start + 2))

    assert (middle.n_lines, last.n_lines, last.findings.n_errors) == (0, 1, 1)
