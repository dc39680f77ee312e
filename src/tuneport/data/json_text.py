"""JSON values as text, where that is possible."""

from __future__ import annotations

from typing import Any

import orjson


def json_text(value: Any, *, sorts_keys: bool = False) -> bytes | None:
    """Give the JSON text; `None` for a value that can be read but not written, being nested too deep."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sorts_keys else 0)
    except orjson.JSONEncodeError:
        return None
