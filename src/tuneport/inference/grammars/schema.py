"""JSON schemas as grammars: checked before any work starts, with the place of what can't be held."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from llguidance import LLMatcher

from tuneport.core import InvalidRequest
from tuneport.inference.grammars.closing import closed
from tuneport.inference.grammars.validation import grammar_problem

MAX_CHARACTERS = 120_000
MAX_DEPTH = 100
_WHITE_SPACE = r"( |\n {0,32})?"
"""Between two parts of the JSON: as compact, spaced or indented as the model learnt it, but no endless white space."""
_ESCAPES_WITHOUT_CODES = 'nrbtf\\"'
_NEEDS_A_CODE = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f]")
_MOST_SHOWN = 200
_NAMED_SCHEMAS = ("$defs", "definitions")
# Named ones first: a problem in one of them is a problem of each reference to it.
_SCHEMA_MAPS = (*_NAMED_SCHEMAS, "properties", "patternProperties")
_SCHEMA_LISTS = ("prefixItems", "anyOf", "oneOf", "allOf")
_SCHEMAS = ("items", "additionalProperties")


@dataclass(frozen=True)
class CheckedSchema:
    schema: dict[str, Any]
    """As a grammar takes it."""
    notice: str = ""
    """What of it is not held; empty where all is."""


def check_schema(schema: Any, *, is_strict: bool, param: str) -> CheckedSchema:
    """Give the schema as a grammar takes it.

    Raises `InvalidRequest` that says what of it is wrong or can't be held, and where. Not strict, what can't be held
    is left out and told.
    """
    if not isinstance(schema, dict):
        raise InvalidRequest(
            f"{param!r} is {schema!r}. A JSON schema is an object.", code="invalid_schema", param=param
        )
    # The depth first: the rest reads a schema by recursion.
    is_deep = _is_deeper_than(MAX_DEPTH, schema)
    if is_deep or len(text := json.dumps(schema)) > MAX_CHARACTERS:
        found = f"nested deeper than {MAX_DEPTH} levels" if is_deep else f"{len(text)} characters long"
        raise InvalidRequest(
            f"{param!r} is {found}; {MAX_DEPTH} levels and {MAX_CHARACTERS} characters are the most. "
            "Give a smaller schema.",
            code="invalid_schema",
            param=param,
        )
    return _check(text, is_strict, param)


def _is_deeper_than(limit: int, value: Any) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return bool(level)


@lru_cache(maxsize=512)
def _check(text: str, is_strict: bool, param: str) -> CheckedSchema:
    schema = json.loads(text)
    # Not all schemas can be closed: where a property comes from elsewhere, nothing would be left.
    for candidate in (closed(schema), schema):
        if _problem(candidate, is_lenient=False) is None:
            return CheckedSchema(_held(candidate, is_lenient=False))
    for candidate in (closed(schema), schema):
        if not is_strict and _problem(candidate, is_lenient=True) is None:
            return CheckedSchema(_held(candidate, is_lenient=True), _problem_and_place(schema, is_lenient=False))
    raise InvalidRequest(_refusal(schema, is_strict, param), code="invalid_schema", param=param)


def _refusal(schema: dict[str, Any], is_strict: bool, param: str) -> str:
    is_wrong = _problem(schema, is_lenient=True) is not None
    remedy = "Change that part of the schema."
    if is_strict and not is_wrong:
        remedy = "Leave it out, or send 'strict': false, and answers are held to the rest of the schema."
    return f"Invalid schema in {param!r}: {_problem_and_place(schema, is_lenient=is_wrong)}. {remedy}"


def _problem_and_place(schema: dict[str, Any], *, is_lenient: bool) -> str:
    """Say what the narrowest part of a schema that has a problem has, and where it is."""
    named = {key: schema[key] for key in _NAMED_SCHEMAS if key in schema}

    def problem_of(part: dict[str, Any]) -> str | None:
        return _problem({**named, **part}, is_lenient=is_lenient)

    place, part = "#", schema
    while narrower := next((each for each in _children(part) if problem_of(each[1]) is not None), None):
        place, part = f"{place}/{narrower[0]}", narrower[1]
    first_line = (problem_of(part) or "").partition("\n")[0]
    return f"at {place!r}: {first_line[:_MOST_SHOWN]}"


def _children(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the schemas right below, with the path to each."""
    for key in _SCHEMA_MAPS:
        children = schema.get(key)
        for name, child in children.items() if isinstance(children, dict) else ():
            if isinstance(child, dict):
                yield f"{key}/{name}", child
    for key in _SCHEMA_LISTS:
        children = schema.get(key)
        for index, child in enumerate(children if isinstance(children, list) else ()):
            if isinstance(child, dict):
                yield f"{key}/{index}", child
    for key in _SCHEMAS:
        if isinstance(schema.get(key), dict):
            yield key, schema[key]


def _problem(schema: dict[str, Any], *, is_lenient: bool) -> str | None:
    try:
        grammar = LLMatcher.grammar_from_json_schema(_held(schema, is_lenient=is_lenient))
    except ValueError as error:
        return str(error)
    return grammar_problem(grammar)


def _held(schema: dict[str, Any], *, is_lenient: bool) -> dict[str, Any]:
    options = {"whitespace_pattern": _WHITE_SPACE, "json_allow_general_unicode_escapes": True, "lenient": is_lenient}
    if _must_spell_names_plainly(schema):
        options["json_allowed_escapes"] = _ESCAPES_WITHOUT_CODES
    return {**schema, "x-guidance": options}


def _must_spell_names_plainly(schema: dict[str, Any]) -> bool:
    r"""Whether a declared name, written with codes such as `\u0072`, could pass as one that is not declared.

    A schema with characters that only a code can write keeps codes: without, some of its values could not be said.
    """
    parts = list(_parts(schema))
    needs_codes = any(isinstance(part, str) and _NEEDS_A_CODE.search(part) for part in parts)
    return not needs_codes and any(isinstance(part, dict) and _takes_other_names(part) for part in parts)


def _takes_other_names(part: dict[str, Any]) -> bool:
    declares = bool(part.get("properties") or part.get("patternProperties"))
    return declares and part.get("additionalProperties", True) is not False


def _parts(value: Any) -> Iterator[Any]:
    """Give the value, and every key and value within it."""
    yield value
    children = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _parts(child)
