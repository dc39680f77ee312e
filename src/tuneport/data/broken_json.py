"""Why a line is not JSON, in words that say what to do."""

from __future__ import annotations

import re
from typing import NamedTuple

import orjson

from tuneport.data.repair_commands import FIX
from tuneport.data.rules import MAX_DEPTH, MAX_VALUES

_COMMENT = re.compile(r"\s*(//|#)")
_LAST_COMMA = re.compile(r"\s*,\s*")
_NOT_BLANK = re.compile(r"[^ \t\r\n]")
ODD_SPACES = "\x0b\x0c\x85\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
"""Of a class of regular expressions: what looks like a space, or like nothing, and is none to JSON."""
_ODD_SPACE = re.compile(f"[{ODD_SPACES}]")
_CURLY_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_PYTHON_WORDS = ("'", "True", "False", "None")
_OTHER_NUMBERS = ("NaN", "Infinity", "-Infinity", "inf", "nan")
_SNIPPET_CHARACTERS = 30
_END_CHARACTERS = 1000
_OLDER_ENCODING = (
    "It may be in an older encoding, such as cp1252 or gbk. Once you know which: "
    "tuneport data convert FILE OUT.jsonl --encoding gbk"
)

_CODE_BY_PARSER_WORDS = {
    "trailing comma": "trailing_comma",
    "surrogate": "lone_surrogate",
    "infinity": "number_out_of_range",
    "depth limit": "nested_too_deep",
    "too many values": "too_many_values",
}
_OF_WHOLE_LINE = {
    "nested_too_deep": f"lists and objects are nested more than {MAX_DEPTH} deep",
    "too_many_values": f"the line has more than {MAX_VALUES:,} values",
}


class Mistake(NamedTuple):
    code: str
    found: str
    hint: str = ""


def explain_broken_json(content: bytes, error: orjson.JSONDecodeError) -> Mistake:
    """Give the mistake in `content`, one line that is not blank and that the parser refused with `error`."""
    try:
        text = content.decode()
    except UnicodeDecodeError as decode_error:
        return _not_utf8(content, decode_error.start)
    # Nothing here copies the text: it may have four times the bytes of its line.
    comment = _COMMENT.match(text)
    if comment is not None:
        return Mistake("comment_line", f"the line starts with {comment[1]!r}", FIX)
    odd = _ODD_SPACE.match(text, error.pos)
    if odd is not None:
        found = f"U+{ord(odd[0]):04X} stands at character {error.pos + 1}, outside of a text"
        return Mistake("odd_space", found, FIX)
    if "unexpected end of data" in error.msg or not _NOT_BLANK.search(text, error.pos):
        return _unfinished(text)
    if "content after document" in error.msg:
        return _content_after_document(text, error.pos)
    for words, code in _CODE_BY_PARSER_WORDS.items():
        if words in error.msg:
            hint = FIX if code == "trailing_comma" else ""
            return Mistake(code, _OF_WHOLE_LINE.get(code) or f"{error.msg} at {_place(text, error.pos)}", hint)
    return _unexpected_character(text, error)


def _not_utf8(content: bytes, start: int) -> Mistake:
    found = f"byte {start + 1} of the line is {content[start]:#04x}, which is not UTF-8"
    return Mistake("not_utf8", found, _OLDER_ENCODING)


def _unfinished(text: str) -> Mistake:
    found = (
        f"the line ends in the middle of its JSON, after {text[-_END_CHARACTERS:].rstrip()[-_SNIPPET_CHARACTERS:]!r}"
    )
    return Mistake("unfinished_line" if text.endswith("\n") else "cut_off_file", found)


def _content_after_document(text: str, position: int) -> Mistake:
    if _LAST_COMMA.fullmatch(text, position):
        return Mistake("trailing_comma", "the line ends in a comma", FIX)
    return Mistake("several_objects", f"after the first value the line goes on at {_place(text, position)}", FIX)


def _unexpected_character(text: str, error: orjson.JSONDecodeError) -> Mistake:
    place = _place(text, error.pos)
    if text[error.pos : error.pos + 1] and text[error.pos] in _CURLY_QUOTES:
        return Mistake("curly_quotes", f"a typographic quote at {place}", f"Word processors put them in. {FIX}")
    if text.startswith(_PYTHON_WORDS, error.pos):
        return Mistake("python_literal", f"Python's spelling at {place}", FIX)
    return Mistake("invalid_json", f"{error.msg} at {place}", _hint(text, error))


def _hint(text: str, error: orjson.JSONDecodeError) -> str:
    if text.startswith(_OTHER_NUMBERS, error.pos):
        return "JSON has no such number: use null, or leave the key out."
    if "control character" in error.msg:
        return "Inside a text write a tab as \\t and a line break as \\n."
    if text[error.pos : error.pos + 1].isalpha():
        return 'Keys and texts stand in double quotes, and a double quote inside a text is written \\".'
    return ""


def _place(text: str, position: int) -> str:
    return f"character {position + 1}, {text[position : position + _SNIPPET_CHARACTERS].rstrip()!r}"
