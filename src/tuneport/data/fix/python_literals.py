"""A value in Python's own spelling."""

from __future__ import annotations

import ast
import re
from typing import Any

import orjson

from tuneport.data.fix.exactness import check_fraction, check_keys


def read_python(text: str) -> dict[str, Any] | list[Any] | None:
    """Give the value; `None` for what JSON could not say the same way. Raises `UnrepairableError`."""
    try:
        tree = ast.parse(text, mode="eval")
        value: object = ast.literal_eval(tree)
        is_same = orjson.loads(orjson.dumps(value)) == value
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if not is_same or not isinstance(value, dict | list):
        return None
    _check_exact(tree, re.split(rb"\r\n?|\n", text.encode()))
    return value


def _check_exact(tree: ast.AST, lines: list[bytes]) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            check_keys(str(ast.literal_eval(key)) for key in node.keys if key is not None)
        elif isinstance(node, ast.Constant) and isinstance(node.value, float):
            check_fraction(lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode())
