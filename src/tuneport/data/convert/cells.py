"""Values of records as text."""

from __future__ import annotations

from typing import Any

import orjson

from tuneport.data.convert.record import CannotConvert
from tuneport.data.json_value import parse_json

_TEXT_KINDS = ("text", "input_text", "output_text")


def text_of(value: Any, name: str) -> str:
    """Give the text that a value says. Raises `CannotConvert` for one that says nothing."""
    text = _text(value)
    if not text.strip():
        raise CannotConvert(f"{name!r} is empty")
    return text


def text_if_any(value: Any) -> str | None:
    """Give the text, `None` where there is none."""
    text = _text(value)
    return text if text.strip() else None


def joined(value: Any) -> Any:
    """Give the text of a list of text parts; any other value as it is."""
    parts: list[Any] = value if isinstance(value, list) else [None]
    if not all(isinstance(part, dict) and part.get("type") in _TEXT_KINDS for part in parts):
        return value
    return "".join(_text(part.get("text")) for part in parts)


def decoded(value: Any, name: str) -> Any:
    """Give a value that may stand in its cell as JSON text. Raises `CannotConvert` for a text that is no JSON."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except orjson.JSONDecodeError as error:
        raise CannotConvert(f"{name!r} is a text, but no JSON: {error.msg}") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        raise CannotConvert("the value is bytes, not text")
    if isinstance(value, bool | int | float | list | dict):
        try:
            return orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
        except orjson.JSONEncodeError as error:
            raise CannotConvert(f"a value cannot be written as JSON: {error}") from error
    # Dates of sheets and tables, and decimal numbers.
    return str(value)
