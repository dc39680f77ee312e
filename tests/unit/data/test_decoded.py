"""Text of any Unicode encoding comes as UTF-8, whatever its chunks and marks."""

import pytest

from tuneport.core import DataError, InvalidRequest
from tuneport.data import decoded
from tuneport.data.decoded import decode_text, find_encoding, first_line_of, read_chunks, read_lines

TEXT = '{"text": "Grüße 😀"}\nzwei\n'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_every_unicode_encoding_is_found_and_decoded(write, monkeypatch, encoding):
    monkeypatch.setattr(decoded, "CHUNK_BYTES", 5)
    path = write(TEXT.encode(encoding))

    assert b"".join(read_chunks(path)).decode() == TEXT
    assert decode_text(path.read_bytes()) == TEXT


@pytest.mark.parametrize("encoding", ["utf8", "UTF-16LE", "utf_16_be", "utf-32-le"])
def test_the_mark_of_an_encoding_that_is_named_is_no_text(write, encoding):
    path = write(f"\ufeff{TEXT}".encode(encoding))

    assert b"".join(read_chunks(path, encoding)).decode() == TEXT
    assert decode_text(path.read_bytes(), encoding) == TEXT


def test_bytes_that_are_no_utf8_pass_as_they_are(write):
    path = write(b'{"a": "\xe9"}\n')

    assert find_encoding(path).name == "utf-8"
    assert b"".join(read_chunks(path)) == b'{"a": "\xe9"}\n'


def test_a_named_encoding_is_used(write):
    assert b"".join(read_chunks(write("é".encode("cp1252")), "cp1252")).decode() == "é"


def test_text_that_does_not_fit_its_encoding_is_an_error(write):
    with pytest.raises(DataError, match="do not fit the encoding 'utf-16-le'"):
        list(read_chunks(write(b"\xff\xfea\x00b")))


@pytest.mark.parametrize("name", ["klingon", "base64", "a\0b", "undefined"])
def test_a_name_of_no_text_encoding_is_refused(write, name):
    with pytest.raises(InvalidRequest, match="There is no encoding"):
        list(read_chunks(write(b"x"), name))


def test_lines_keep_their_ends_over_chunks():
    assert list(read_lines([b"a\r", b"\nb\n\nc", b"d"])) == [b"a\r\n", b"b\n", b"\n", b"cd"]


def test_a_line_longer_than_any_row_may_be_is_an_error(monkeypatch):
    monkeypatch.setattr(decoded, "MAX_LINE_BYTES", 4)

    with pytest.raises(DataError, match="line 2: what begins there is longer than") as caught:
        list(read_lines([b"one\n", b"two", b"more"]))

    assert caught.value.code == "line_too_long"


def test_the_first_line_is_the_first_that_is_not_blank():
    assert first_line_of([b"\n \n", b"ab", b"c\nd"]) == b"abc"
    assert first_line_of([b"  "]) == b""
