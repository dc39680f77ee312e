"""How much of a file has been read, as it is told to who waits."""

import pytest

from tuneport.data import check, check_file, reading
from tuneport.data.examples import read_sound_examples
from tuneport.data.quality import review_quality
from tuneport.data.reading import read_rows

ROW = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("content", [b"\n\n", ROW * 40, MARK + ROW * 40, ROW * 40 + b"{broken", MARK + b"x" * 500])
@pytest.mark.parametrize("block_bytes", [7, 100, 333, 2**18])
def test_each_byte_is_told_of_once(write, monkeypatch, content, block_bytes):
    monkeypatch.setattr(reading, "_BLOCK_BYTES", block_bytes)
    told = []

    list(read_rows(write(content), told.append))

    assert sum(told) == len(content)
    assert min(told) > 0


def test_a_line_longer_than_any_row_is_told_of_as_a_whole(write, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINE_BYTES", 100)
    content = b"x" * 1000 + b"\n" + ROW
    told = []

    list(read_rows(write(content), told.append))

    assert sum(told) == len(content)


READERS = {
    "check": lambda path, on_read: check_file(path, on_read=on_read),
    "statistics": lambda path, on_read: list(read_sound_examples(path, on_read=on_read)),
    "quality": lambda path, on_read: review_quality(path, on_read=on_read),
    "leaks": lambda path, on_read: review_quality(path, validation=path, on_read=on_read),
}


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_tells_of_the_whole_file_step_by_step(write, monkeypatch, reader):
    monkeypatch.setattr(reading, "_BLOCK_BYTES", 1000)
    content = ROW * 100 + b"\n{broken\n"
    told = []

    READERS[reader](write(content), told.append)

    assert sum(told) == len(content) * (2 if reader == "leaks" else 1)
    assert max(told) < 1000 + len(ROW)


def test_a_file_that_is_no_rows_counts_as_read_by_the_check(write):
    told = []

    READERS["check"](write(b"PK\x03\x04 zip"), told.append)

    assert sum(told) == 8


def test_a_file_that_is_checked_in_parts_is_told_of_part_by_part(write, monkeypatch):
    monkeypatch.setattr(check, "ONE_PART_BYTES", 0)
    monkeypatch.setattr(check, "PART_BYTES", 1000)
    monkeypatch.setattr(check, "available_cores", lambda: 2)
    told = []

    check_file(write(ROW * 40), on_read=told.append)

    assert told == [0, 1000, 1000, 1000, 40 * len(ROW) - 3000]


class Enough(Exception):
    pass


@pytest.mark.parametrize("reader", READERS)
def test_what_is_raised_where_it_is_told_ends_the_reading(write, monkeypatch, reader):
    monkeypatch.setattr(reading, "_BLOCK_BYTES", 1000)
    told = []

    def tell(n_bytes):
        told.append(n_bytes)
        if len(told) == 2:
            raise Enough

    with pytest.raises(Enough):
        READERS[reader](write(ROW * 1000), tell)

    assert len(told) == 2


def test_what_is_raised_ends_a_check_in_parts_before_its_last_part(write, monkeypatch):
    monkeypatch.setattr(check, "ONE_PART_BYTES", 0)
    monkeypatch.setattr(check, "PART_BYTES", 1000)
    monkeypatch.setattr(check, "available_cores", lambda: 2)
    told = []

    def tell(n_bytes):
        told.append(n_bytes)
        if n_bytes:
            raise Enough

    with pytest.raises(Enough):
        check_file(write(ROW * 40), on_read=tell)

    assert told == [0, 1000]
