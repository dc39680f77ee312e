"""What is read as rows, and which lines they get."""

import json

import pytest

from tuneport.data.reading import read_rows

ROW = '{"messages": []}'


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (f"\ufeff{ROW}\n{ROW}\n", [1, 2]),
        (f"{ROW}\r\n{ROW}\r\n", [1, 2]),
        (f"\n{ROW}\n \t\n{ROW}\n\n\n", [2, 4]),
        (f"{ROW}\n{ROW}", [1, 2]),
        ("", []),
    ],
    ids=["byte order mark", "Windows line ends", "blank lines", "no final line break", "nothing"],
)
def test_rows_keep_the_lines_of_the_file(write, content, lines):
    rows = list(read_rows(write(content)))

    assert [row.line for row in rows] == lines
    assert [row.row for row in rows] == list(range(1, len(lines) + 1))
    assert all(row.value == {"messages": []} for row in rows)


def test_a_line_that_is_too_long_does_not_spoil_the_next(write):
    rows = list(read_rows(write(" " + '"' + "x" * 2**26 + '"\n' + ROW)))

    assert [row.line for row in rows] == [1, 2]
    assert rows[0].mistake is not None
    assert rows[0].mistake.code == "line_too_long"
    assert rows[1].value == json.loads(ROW)


def test_a_line_separator_inside_a_text_is_no_end_of_line(write):
    rows = list(read_rows(write('{"text": "one\u2028two\u0085three"}\n')))

    assert [row.value for row in rows] == [{"text": "one\u2028two\u0085three"}]
