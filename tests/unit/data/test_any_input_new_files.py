"""No bytes make the desk's works fail otherwise than by saying what is wrong with the file."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuneport.core import DataError
from tuneport.data import ConvertOptions, convert_file, dedupe_file, fix_file
from tuneport.data.convert.options import CONTAINERS, SHAPES

SIGNS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"'",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\\",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0",
    b"// ",
)
WORDS = (b'"messages"', b'"role"', b'"user"', b'"content"', b'"from"', b'"chosen"', b'"rejected"', b'"arguments"')
OTHERS = (b"\xe2\x80\x9c", b"True", b"null", b"1e999", b"Ann: x", b"WEBVTT\n\n", b"question,answer\n", b"a;b")
PIECES = st.sampled_from((*SIGNS, *WORDS, *OTHERS))
ANY_BYTES = st.binary(max_size=200) | st.lists(PIECES, max_size=40).map(b"".join)
ANY_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def report_or_code(work, *arguments, **options):
    try:
        return work(*arguments, **options)
    except DataError as error:
        return error.code


@ANY_FILE
@given(content=ANY_BYTES)
def test_any_bytes_can_be_repaired_or_are_refused(write, content):
    written = []

    found = report_or_code(fix_file, write(content), written.append)

    if isinstance(found, str):
        assert found in {"compressed_file", "csv_file", "not_utf8"}
    elif found.n_left == 0:
        lines = b"".join(written).splitlines(keepends=True)
        assert len([json.loads(line) for line in lines]) == found.n_rows


@ANY_FILE
@given(content=ANY_BYTES)
def test_any_bytes_can_be_deduped_or_are_refused(write, content):
    found = report_or_code(dedupe_file, write(content), lambda rows: None, by="prompt")

    if isinstance(found, str):
        assert found in {"compressed_file", "csv_file", "utf16_file", "json_array", "pretty_printed"}
    else:
        assert found.n_kept + found.n_removed == found.n_rows


@pytest.mark.parametrize("source", [None, *CONTAINERS, *SHAPES])
@ANY_FILE
@given(content=ANY_BYTES)
def test_any_bytes_can_be_converted_or_are_refused(write, source, content):
    options = ConvertOptions(source=source, assistant_speaker="Ann")

    found = report_or_code(convert_file, write(content), lambda rows: None, options)

    if isinstance(found, str):
        assert found != DataError.default_code
    else:
        assert found.n_rows + found.n_refused == found.n_records
