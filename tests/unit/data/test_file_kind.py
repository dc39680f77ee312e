"""Files that are no JSON lines are told as a whole; good files never are."""

import json

import pytest

from tuneport.data.file_kind import find_file_mistake

ROW = {"messages": [{"role": "assistant", "content": "a, b"}]}
LINE = json.dumps(ROW)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04rest", "compressed_file"),
        (b"PAR1rest", "compressed_file"),
        (LINE.encode("utf-16"), "utf16_file"),
        (LINE.encode("utf-16-be"), "utf16_file"),
        (LINE.encode("utf-32-le"), "utf16_file"),
        (b"\xef\xbb\xbf[\n" + LINE.encode() + b"\n]", "json_array"),
        (json.dumps([ROW, ROW]).encode(), "json_array"),
        (b'{ "messages": [\n  {"role": "user"}]}', "pretty_printed"),
        (b'"text";"label"\nhi;1\n', "csv_file"),
        (b"text\tlabel\nhi\t1\n", "csv_file"),
    ],
)
def test_other_kinds_of_files_are_recognised(write, content, code):
    mistake = find_file_mistake(write(content))

    assert mistake is not None
    assert mistake.code == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        LINE.encode(),
        LINE.encode() + b",\n",
        json.dumps([ROW["messages"][0]]).encode(),
        b"no table at all",
    ],
    ids=["empty", "blank", "good", "trailing comma", "list of messages", "prose"],
)
def test_a_mistake_of_a_line_is_not_a_mistake_of_the_file(write, content):
    assert find_file_mistake(write(content)) is None
