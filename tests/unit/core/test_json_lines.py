from pathlib import Path

import pytest

from tuneport.core import JsonLinesWriter, read_json_lines


@pytest.mark.parametrize("n_characters", [1, 70_000, 200_000])
def test_half_a_line_of_a_killed_writer_is_dropped_however_long(tmp_path: Path, n_characters: int):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"n":1}\n{"n":2}\n' + b"x" * n_characters)

    writer = JsonLinesWriter(path)
    writer.write({"n": 3})
    writer.close()

    assert read_json_lines(path)[0] == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("content", [b"", b"half", b'{"n":1}\n'])
def test_file_without_a_whole_line_or_without_half_a_one_is_gone_on_with(tmp_path: Path, content: bytes):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(content)

    JsonLinesWriter(path).close()

    assert path.read_bytes() == content[: content.rfind(b"\n") + 1]


def test_a_file_that_a_power_cut_has_shortened_is_followed_from_its_new_end(tmp_path: Path):
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b'{"n":1}\n{"n":2}\n{"n":3}\n')
    _, offset = read_json_lines(path)
    path.write_bytes(b'{"n":1}\n{"n"')

    nothing, offset = read_json_lines(path, offset=offset)
    writer = JsonLinesWriter(path)
    writer.write({"n": 2})
    writer.close()

    assert nothing == []
    assert read_json_lines(path, offset=offset)[0] == [{"n": 2}]
