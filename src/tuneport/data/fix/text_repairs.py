"""Text that is almost JSON → its values, where there is only one way to read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from tuneport.data.broken_json import ODD_SPACES, explain_broken_json
from tuneport.data.fix.exactness import check_exact
from tuneport.data.fix.python_literals import read_python
from tuneport.data.json_pieces import split_values
from tuneport.data.json_value import parse_json

_MAX_CHARACTERS = 2**20
"""A longer text is only relieved of its last comma."""
# One that is never closed goes to the end: its quotes must not each be tried as a beginning.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s*+[}}\]])", re.DOTALL)
_ODD_SPACES = re.compile(rf"({_STRING})|[{ODD_SPACES}]+", re.DOTALL)
_CURLY_STRING = re.compile(rf"({_STRING})|[\u201c\u201d\u201e]([^\u201c\u201d\u201e\"\\]*+)[\u201c\u201d]", re.DOTALL)
_JSON_SPACES = " \t\r\n"
_UNREADABLE = frozenset({"not_utf8", "unfinished_line", "cut_off_file"})


class Repaired(NamedTuple):
    values: list[Any]
    kinds: tuple[str, ...]
    """Codes of the check that no longer apply; empty where nothing was wrong."""


def read_repaired(text: bytes) -> Repaired | None:
    """Give the values of a line, repaired where it must be; `None` where it cannot be read without guessing.

    Raises `UnrepairableError` where a repair would change more than the spelling.
    """
    try:
        return Repaired([parse_json(text)], ())
    except orjson.JSONDecodeError as error:
        code = explain_broken_json(text, error).code
    if code in _UNREADABLE:
        return None
    if code == "comment_line":
        return None if b"\n" in text else Repaired([], (code,))
    decoded = text.decode().strip(_JSON_SPACES)
    # Python would read JSON's escapes otherwise, so only what is Python's own spelling is read as Python.
    return _without_typing_mistakes(decoded) or (_python_value(decoded) if code == "python_literal" else None)


def _without_typing_mistakes(text: str) -> Repaired | None:
    is_short = len(text) <= _MAX_CHARACTERS
    spaced = _ODD_SPACES.sub(lambda found: found[1] or " ", text).strip(_JSON_SPACES) if is_short else text
    kinds: tuple[str, ...] = () if spaced == text else ("odd_space",)
    text = spaced
    if not text:
        return Repaired([], kinds)
    for kind, repair in _REPAIRS if is_short else _REPAIRS[:1]:
        repaired = repair(text)
        kinds = (*kinds, kind) if repaired != text else kinds
        text = repaired
        values = _values(text)
        if values is not None:
            return Repaired(values, (*kinds, "several_objects") if len(values) > 1 else kinds)
    return None


def _values(text: str) -> list[Any] | None:
    """Give the values that stand one after the other; `None` where any is broken."""
    try:
        texts = [piece.content for piece in split_values([text.encode()], opens_list=False)]
        values = [parse_json(one) for one in texts]
    except orjson.JSONDecodeError:
        return None
    for one in texts:
        check_exact(one)
    return values or None


def _without_last_comma(text: str) -> str:
    return text.rstrip(_JSON_SPACES).removesuffix(",")


def _with_plain_quotes(text: str) -> str:
    return _CURLY_STRING.sub(lambda found: found[1] or f'"{found[2]}"', text)


def _without_trailing_commas(text: str) -> str:
    return _TRAILING_COMMA.sub(lambda found: found[1] or "", text)


_REPAIRS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("trailing_comma", _without_last_comma),
    ("curly_quotes", _with_plain_quotes),
    ("trailing_comma", _without_trailing_commas),
)
"""Code of the check and its repair, each done on top of those before."""


def _python_value(text: str) -> Repaired | None:
    value = read_python(text.removesuffix(",")) if len(text) <= _MAX_CHARACTERS else None
    return None if value is None else Repaired([value], ("python_literal",))
