import pytest

from tuneport.core import DataError
from tuneport.data import Example, RefusedRow, read_sound_examples

SOUND = {"messages": [{"role": "user", "content": "Ring"}, {"role": "assistant", "content": "Done."}]}
UNKNOWN_ROLE = {"messages": [{"role": "bot", "content": "Ring"}, {"role": "assistant", "content": "Done."}]}
IN_OTHER_FORMAT = {"prompt": "a", "completion": "b"}


def test_rows_that_a_job_would_refuse_are_given_as_their_line(write):
    rows = [SOUND, UNKNOWN_ROLE, SOUND, IN_OTHER_FORMAT, ["no object"], SOUND]

    found = list(read_sound_examples(write(rows)))

    assert [row.line for row in found if isinstance(row, Example)] == [1, 3, 6]
    assert [row for row in found if isinstance(row, RefusedRow)] == [RefusedRow(2), RefusedRow(4), RefusedRow(5)]


def test_every_row_with_an_error_is_refused_however_many_there_are(write):
    found = list(read_sound_examples(write([UNKNOWN_ROLE] * 50)))

    assert found == [RefusedRow(line) for line in range(1, 51)]


def test_a_row_with_only_a_warning_is_sound(write):
    blank = {"messages": [{"role": "user", "content": "Ring"}, {"role": "assistant", "content": " "}]}

    assert isinstance(next(read_sound_examples(write([blank]))), Example)


def test_a_file_that_is_no_json_lines_is_refused_as_a_whole(write):
    with pytest.raises(DataError, match=r"rows\.jsonl"):
        next(read_sound_examples(write(b"PK\x03\x04 a zip file")))
