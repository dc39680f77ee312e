"""A grammar of several parts as one Lark text, for programs that take no other form."""

from __future__ import annotations

import json
import re
from typing import Any

_REFERENCE = re.compile(r'"(?:\\.|[^"\\])*"|/(?:\\.|[^/\\])*/|@(?P<name>\w+)')
"""Texts and regular expressions are read as well, as an `@` in them refers to nothing."""
_HEADER = "%llguidance {}"
"""Says that what follows is Lark, and not one of the other forms that look alike."""
_OPTIONS = "x-guidance"
_TOO_RECENT = frozenset({"json_allow_general_unicode_escapes"})
"""Options that llguidance 1.7 refuses, which is what vLLM 0.33 has."""


def as_one_lark(grammar: str) -> str:
    """Give what `answer_grammar` gave as Lark, with the other parts nested in the first."""
    first, *others = json.loads(grammar)["grammars"]
    if "json_schema" in first:
        return f"{_HEADER}\nstart: {_nested(first)}"
    main = _REFERENCE.sub(_rule, first["lark_grammar"])
    lines = [main if main.lstrip().startswith("%llguidance") else f"{_HEADER}\n{main}"]
    lines += [f"{_rule_name(part['name'])}: {_nested(part)}" for part in others]
    return "\n".join(lines)


def _nested(part: dict[str, Any]) -> str:
    if "json_schema" in part:
        return f"%json {json.dumps(_known_to_older_ones(part['json_schema']))}"
    return f"%lark {{\n{part['lark_grammar']}\n}}"


def _known_to_older_ones(schema: dict[str, Any]) -> dict[str, Any]:
    if _OPTIONS not in schema:
        return schema
    known = {name: value for name, value in schema[_OPTIONS].items() if name not in _TOO_RECENT}
    return schema | {_OPTIONS: known}


def _rule(found: re.Match[str]) -> str:
    name = found["name"]
    return found[0] if name is None else _rule_name(name)


def _rule_name(part: str) -> str:
    # The first part has rules of the others' names.
    return f"part_{part}"
