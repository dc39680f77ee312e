"""What Python's JSON reader takes although it is no JSON, or holds no text: refused before any route sees it."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from tuneport.core import InvalidRequest

_PAIRED_ESCAPES = re.compile(
    rb"(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])|\\u[dD][89abAB]..\\u[dD][c-fC-F])*+\\?", re.DOTALL
)
"""Each half of a surrogate pair has its other half; a last backslash is the reader's to refuse."""


def require_sound_json(body: bytes) -> None:
    """Raise `InvalidRequest` for half of a surrogate pair, and for NaN or Infinity; other faults are the reader's."""
    if b"\\u" in body and _PAIRED_ESCAPES.fullmatch(body) is None:
        raise InvalidRequest(
            "The body has half of a surrogate pair, such as '\\ud800', which is no character. Escape both halves, "
            "or send the text as UTF-8.",
            code="invalid_json",
        )
    if b"NaN" in body or b"Infinity" in body:
        _require_numbers(body)


def _require_numbers(body: bytes) -> None:
    try:
        json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequest(
        f"The body has {name!r} for a number, which JSON does not know. Send a number, or null.", code="invalid_json"
    )
