"""JSON values are parted wherever chunks end, and a broken one does not spoil the others."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneport.core import DataError
from tuneport.data import json_pieces
from tuneport.data.json_pieces import split_values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ROWS = st.lists(st.dictionaries(st.text(), JSON) | st.lists(JSON))


def chunks(text, size):
    return [text[start : start + size] for start in range(0, len(text), size)]


@given(ROWS, st.integers(1, 50), st.sampled_from([None, 1]), st.booleans())
def test_a_list_of_any_values_is_parted_into_them(rows, size, indent, is_ascii):
    text = json.dumps(rows, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "replace")

    pieces = list(split_values(chunks(text, size), opens_list=True))

    assert [json.loads(piece.content) for piece in pieces] == json.loads(text)


@given(ROWS, st.integers(1, 50))
def test_values_over_several_lines_are_parted_with_their_lines(rows, size):
    texts = [json.dumps(row, indent=2) for row in rows]

    pieces = list(split_values(chunks("\n".join(texts).encode(), size), opens_list=False))

    assert [json.loads(piece.content) for piece in pieces] == rows
    lines = [1 + sum(text.count("\n") + 1 for text in texts[:place]) for place in range(len(texts))]
    assert [piece.line for piece in pieces] == lines


def test_what_stands_between_values_is_a_piece_of_its_own():
    pieces = list(split_values([b'{"a": 1} // note\n{"b": 2}, {"c'], opens_list=False))

    assert [(piece.line, piece.content) for piece in pieces] == [
        (1, b'{"a": 1}'),
        (1, b"// note"),
        (2, b'{"b": 2}'),
        (2, b'{"c'),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_quotes_and_brackets_in_a_comment_between_values_are_not_those_of_values(size):
    text = b'[{"a": 1},\n# the "old rows\n{"b": "# // "}, // see [1] }\n  /\n{"c": 3}\n]'

    pieces = list(split_values(chunks(text, size), opens_list=True))

    assert [(piece.line, piece.content) for piece in pieces] == [
        (1, b'{"a": 1}'),
        (2, b'# the "old rows'),
        (3, b'{"b": "# // "}'),
        (3, b"// see [1] }"),
        (4, b"/"),
        (5, b'{"c": 3}'),
    ]


def test_a_comment_at_the_very_end_is_one_piece():
    pieces = list(split_values([b'{"a": 1}\n// see {"b": 2}'], opens_list=False))

    assert [piece.content for piece in pieces] == [b'{"a": 1}', b'// see {"b": 2}']


def test_a_list_that_is_never_closed_is_told():
    assert [piece.content for piece in split_values([b'[{"a": 1}'], opens_list=True)] == [b'{"a": 1}', b"["]


def test_a_list_is_a_value_itself_where_values_are_no_list():
    assert [piece.content for piece in split_values([b"[1] [2],"], opens_list=False)] == [b"[1]", b"[2]"]


def test_a_piece_longer_than_any_row_may_be_is_an_error(monkeypatch):
    monkeypatch.setattr(json_pieces, "MAX_LINE_BYTES", 10)

    with pytest.raises(DataError, match="line 2: what begins there"):
        list(split_values([b'{"a": 1}\n', b'{"b": "', b"x" * 10], opens_list=False))
