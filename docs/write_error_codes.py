"""Writes docs/errors.md from the source: `python docs/write_error_codes.py`, `--check` only compares."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from generated import write_or_check

import tuneport
from tuneport.core import errors

TARGET = Path(__file__).with_name("errors.md")
PACKAGE = Path(tuneport.__file__).parent
INTRODUCTION = """# Errors

This page is written by `docs/write_error_codes.py` from the source; do not edit it.

A message has four parts: where, what was found, what is allowed, what to do. The wire has it in OpenAI's form,
`{"error": {"message", "type", "param", "code"}}`. Codes are stable: scripts may compare them. The codes of problems in
a data file are in [data-checks.md](data-checks.md).

## The tree

```text
"""
CODES_HEAD = """```

## Codes

A code has the status of its error on the wire, but for `body_too_large`, which is answered 413.

| code | error |
|---|---|
"""
RECORDED = {
    "BatchProblem": "told of the batch",
    "FailedEvent": "`EngineFailed`",
    "fail": "recorded on the job",
}
"""Who is called with a code, beside the errors themselves → what that code is of."""
PUT_TOGETHER = {
    "invalid_{kind}_file": ("invalid_training_file", "invalid_validation_file"),
    "upload_{status}": ("upload_completed", "upload_cancelled", "upload_expired"),
    "{header}_not_allowed": ("host_not_allowed", "origin_not_allowed"),
}
"""A code with places in it → what it comes to."""
OF_TUPLES = {
    "api/errors.py": {
        "invalid_json": "wire: 400",
        "unknown_parameter": "wire: 400",
        "missing_required_parameter": "wire: 400",
        "invalid_value": "wire: 400",
        "unknown_url": "wire: 404",
        "bad_method": "wire: 405",
        "http_error": "wire: another 4xx",
        "internal_error": "wire: 500",
    },
    "data/report.py": {"invalid_n_examples": "recorded on the job", "invalid_{kind}_file": "recorded on the job"},
    "workspace/batch_answers.py": {"batch_expired": "told of the request of a batch"},
    "workspace/comparison_workers.py": {"server_stopped": "recorded on the comparison"},
    "workspace/exports.py": {"server_stopped": "recorded on the export"},
    "cli/export_follow.py": {"export_failed": "shown by the command"},
}
"""File → codes that stand in it outside of a call, and what they are of."""


def page_text() -> str:
    tree = (errors.__doc__ or "").split("\n\n")[1]
    lines = [line.removeprefix("    ") for line in tree.splitlines()]
    raised: dict[str, set[str]] = defaultdict(set)
    for code, error in [*_default_codes(), *_codes_of_calls(), *_codes_of_tuples()]:
        for whole in PUT_TOGETHER[code] if "{" in code else (code,):
            raised[whole].add(error)
    table = [f"| `{code}` | {', '.join(sorted(raised[code]))} |" for code in sorted(raised)]
    return INTRODUCTION + "\n".join(lines) + "\n" + CODES_HEAD + "\n".join(table) + "\n"


def _error_classes() -> dict[str, type[errors.TuneportError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.TuneportError)
    }


def _default_codes() -> list[tuple[str, str]]:
    return [(value.default_code, f"`{name}`") for name, value in _error_classes().items()]


def _codes_of_calls() -> Iterator[tuple[str, str]]:
    """Give each code that an error is made with, or is recorded, and what it is of."""
    meanings = {name: f"`{name}`" for name in _error_classes()} | RECORDED
    for path in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in meanings:
                for code in _codes(call):
                    yield code, meanings[call.func.id]


def _codes(call: ast.Call) -> Iterator[str]:
    assert isinstance(call.func, ast.Name)
    place = {"BatchProblem": 0, "FailedEvent": 2}.get(call.func.id, 1)
    values = [keyword.value for keyword in call.keywords if keyword.arg == "code"] + call.args[place : place + 1]
    for value in values:
        yield from _texts(value)


def _texts(value: ast.AST) -> Iterator[str]:
    """Give the text of a constant, of a text with places as it is written, and of both ends of a choice."""
    match value:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr():
            yield ast.unparse(value).removeprefix("f").strip("'\"")
        case ast.IfExp():
            yield from (*_texts(value.body), *_texts(value.orelse))


def _codes_of_tuples() -> Iterator[tuple[str, str]]:
    for name, meanings in OF_TUPLES.items():
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        there = {text for node in ast.walk(tree) for text in _texts(node)}
        if gone := meanings.keys() - there:
            raise SystemExit(f"{__file__}: OF_TUPLES has {sorted(gone)} for {name}, and that file has them no more.")
        yield from meanings.items()


if __name__ == "__main__":
    write_or_check(TARGET, page_text())
