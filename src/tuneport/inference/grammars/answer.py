"""The grammar of an answer: what it may say, what it may call, and in which characters."""

from __future__ import annotations

import json
from typing import Any

from llguidance import regex_to_lark

from tuneport.core import InvalidRequest
from tuneport.inference.grammars.rules import CallRule, FormRule, GrammarRule, JsonRule
from tuneport.inference.grammars.schema import check_schema
from tuneport.inference.grammars.validation import grammar_problem
from tuneport.tokens import CallShape

MAX_DEFINITION_CHARACTERS = 20_000
_ANY_TEXT = r"(.|\n)*"
_FORM = "form"


def answer_grammar(form: FormRule | None, calls: CallRule | None) -> str | None:
    """Give the grammar that an answer of this form, or with these calls, is held to; `None` where it is free.

    Raises `InvalidRequest` for a form that can't be held.
    """
    if form is None and calls is None:
        return None
    parts = [_form_part(form)] if form is not None else []
    if calls is not None:
        parts = [_main_part(calls, has_form=form is not None), *parts, *map(_arguments_part, _named(calls.tools))]
    return json.dumps({"grammars": parts})


def check_form(form: FormRule, *, param: str) -> None:
    """Raise `InvalidRequest` for a form that can't be held, which names `param`."""
    if isinstance(form, JsonRule):
        if form.schema is not None:
            check_schema(form.schema, is_strict=form.is_strict, param=param)
        return
    if len(form.definition) > MAX_DEFINITION_CHARACTERS:
        raise InvalidRequest(
            f"{param!r} has {len(form.definition)} characters, and {MAX_DEFINITION_CHARACTERS} are the most. "
            "Give a smaller grammar.",
            code="invalid_grammar",
            param=param,
        )
    problem = grammar_problem(json.dumps({"grammars": [_form_part(form)]}))
    if problem is not None:
        raise InvalidRequest(
            f"Invalid {form.syntax} grammar in {param!r}: {problem.strip()[:500]}",
            code="invalid_grammar",
            param=param,
        )


def _form_part(form: FormRule) -> dict[str, Any]:
    match form:
        case JsonRule(schema=None):
            schema = {"type": "object"}
            return {"name": _FORM, "json_schema": check_schema(schema, is_strict=False, param="").schema}
        case JsonRule(schema=schema, is_strict=is_strict):
            return {"name": _FORM, "json_schema": check_schema(schema, is_strict=is_strict, param="").schema}
        case GrammarRule(syntax="lark"):
            return {"name": _FORM, "lark_grammar": form.definition}
        case GrammarRule():
            return {"name": _FORM, "lark_grammar": f"start: /{regex_to_lark(form.definition)}/"}


def _main_part(rule: CallRule, *, has_form: bool) -> dict[str, Any]:
    shape = rule.shape
    repeated = f" ({_text(shape.between)} call)*" if rule.allows_several and shape.between is not None else ""
    calls = f"call{repeated} {_text(shape.after)}"
    before = f"{_text(shape.lead)}? {_text(shape.before)}" if shape.lead else _text(shape.before)
    if rule.is_required:
        start = [f"start: {before} {calls}"]
    elif has_form:
        start = [f"start: @{_FORM} | {before} {calls}"]
    else:
        start = _text_or_calls(shape, calls)
    names = [name for name, _ in _named(rule.tools)]
    options = [f"{_text(tool['function']['name'] + shape.middle)} @{name}" for name, tool in _named(rule.tools)]
    lines = [*start, f"call: {' | '.join(f'{name}' for name in names)}"]
    lines += [f"{name}: {option}" for name, option in zip(names, options, strict=True)]
    return {"name": "answer", "lark_grammar": "\n".join(lines)}


def _text_or_calls(shape: CallShape, calls: str) -> list[str]:
    """Text is whatever does not begin a call, so that what begins one is held to it."""
    if not shape.mark:
        text = f"TEXT: /{_ANY_TEXT}/ & ~/{_exactly(shape.before)}{_ANY_TEXT}/"
        return [f"start: TEXT | {_text(shape.before)} {calls}", text]
    text = f"TEXT: /{_ANY_TEXT}/ & ~/{_ANY_TEXT}{_exactly(shape.mark)}{_ANY_TEXT}/"
    begins = [_text(shape.mark)]
    if shape.lead:
        begins.append(_text(shape.lead + shape.mark))
    if shape.gap is not None:
        begins.append(f"TEXT {_text(shape.gap + shape.mark)}")
    begin = f"begin[lazy]: {' | '.join(begins)}"
    return [f"start: TEXT | begin {_text(shape.before.removeprefix(shape.mark))} {calls}", begin, text]


def _arguments_part(named: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    name, tool = named
    return {"name": name, "json_schema": arguments_schema(tool)}


def _named(tools: tuple[dict[str, Any], ...]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"call_{index}", tool) for index, tool in enumerate(tools)]


def arguments_schema(tool: dict[str, Any]) -> dict[str, Any]:
    """Give what the arguments of a tool's calls are held to: any object where its parameters are no schema."""
    function = tool["function"]
    # Arguments are an object, which not every schema of them says.
    schema = {"type": "object", **(function.get("parameters") or {})}
    try:
        return check_schema(schema, is_strict=bool(function.get("strict")), param="").schema
    except InvalidRequest:
        # Rows of a file, whose parameters are the model's reading and not ours, are answered as well.
        return check_schema({"type": "object"}, is_strict=False, param="").schema


def _text(literal: str | None) -> str:
    """Quote for Lark, which has no empty text."""
    return json.dumps(literal, ensure_ascii=False) if literal else ""


def _exactly(literal: str) -> str:
    return "".join(f"\\x{{{ord(character):x}}}" for character in literal)
