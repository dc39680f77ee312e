"""JSON text → its value, where memory and stack can bear it: the one way in which a file's text is parsed."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import orjson

from tuneport.data.json_text import json_text
from tuneport.data.rules import MAX_DEPTH, MAX_VALUES

_TEXT_OR_SIGN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|([,{\[])', re.DOTALL)


def parse_json(text: bytes | str) -> Any:
    """Give the value. Raises `orjson.JSONDecodeError`, also for one of too many values, or nested too deep.

    What is given can be compared, shown and written again without an end of Python's stack.
    """
    if len(text) > MAX_VALUES and _has_too_many(text if isinstance(text, bytes) else text.encode(errors="replace")):
        raise orjson.JSONDecodeError("too many values", "", 0)
    value = orjson.loads(text)
    if len(text) > MAX_DEPTH and _may_be_deep(text) and json_text(value) is None:
        raise orjson.JSONDecodeError("the depth limit is exceeded", "", 0)
    return value


def _has_too_many(text: bytes) -> bool:
    if sum(map(text.count, (b",", b"{", b"["))) <= MAX_VALUES:
        return False
    signs = (found for found in _TEXT_OR_SIGN.finditer(text) if found[1])
    return sum(1 for _ in islice(signs, MAX_VALUES + 1)) > MAX_VALUES


def _may_be_deep(text: bytes | str) -> bool:
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{") > MAX_DEPTH
    return text.count("[") + text.count("{") > MAX_DEPTH
