"""Lines of a stream, however its bytes are cut."""

import pytest

from tuneport.core import StreamedLines

TEXT = "a\u2028b\u2029\x85\x0b\x1cé\r\n\n\ud7ff😀\nrest"


@pytest.mark.parametrize("n_bytes", [1, 2, 5, 100])
def test_lines_end_at_line_breaks_only(n_bytes):
    content, lines, found = TEXT.encode(), StreamedLines(), []

    for start in range(0, len(content), n_bytes):
        found += lines.add(content[start : start + n_bytes])

    assert found + lines.end() == TEXT.split("\n")


def test_nothing_stands_behind_a_last_line_break():
    lines = StreamedLines()

    assert lines.add(b"a\n") == ["a"]
    assert lines.end() == []
