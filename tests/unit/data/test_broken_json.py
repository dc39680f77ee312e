"""Broken lines are explained with the place and, where it is known, the way out."""

import orjson
import pytest

from tuneport.data.broken_json import explain_broken_json


@pytest.mark.parametrize(
    ("line", "code", "part"),
    [
        (b'{"a": "\xcc"}\n', "not_utf8", "byte 8 of the line is 0xcc"),
        (b"# greetings\n", "comment_line", "'#'"),
        (b'{"a": [1,]}\n', "trailing_comma", "character 9"),
        (b'{"a": True}\n', "python_literal", "character 7, 'True}'"),
        (b'{"a": 1} {"b": 2}\n', "several_objects", "'{\"b\": 2}'"),
        (b'{"a": "on the\n', "unfinished_line", "on the"),
        (b'{"a": "on the\r\n', "unfinished_line", "on the"),
        (b'{"a": "on the', "cut_off_file", "on the"),
        ('{"a": 1}\u00a0\n'.encode(), "odd_space", "U+00A0 stands at character 9"),
        ('\u3000{"a": 1}\n'.encode(), "odd_space", "data fix"),
        ('{"a":\u20281}'.encode(), "odd_space", "U+2028"),
        ('\ufeff{"a": 1}\n'.encode(), "odd_space", "U+FEFF stands at character 1"),
        ("\u200b\n".encode(), "odd_space", "U+200B"),
        (b'{"a": NaN}\n', "invalid_json", "use null"),
        (b'{"a": "b\tc"}\n', "invalid_json", "tab as \\t"),
        (b'{"a": "say "hi" now"}\n', "invalid_json", "double quote inside a text"),
        (b'{"a" 1}\n', "invalid_json", "character 6"),
    ],
)
def test_mistake_is_named_with_its_place_or_a_hint(line, code, part):
    with pytest.raises(orjson.JSONDecodeError) as caught:
        orjson.loads(line)

    mistake = explain_broken_json(line, caught.value)

    assert mistake.code == code
    assert part in f"{mistake.found} {mistake.hint}"
