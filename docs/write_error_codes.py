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

| code | error |
|---|---|
"""


def page_text() -> str:
    tree = (errors.__doc__ or "").split("\n\n")[1]
    lines = [line.removeprefix("    ") for line in tree.splitlines()]
    raised: dict[str, set[str]] = defaultdict(set)
    for code, error in [*_default_codes(), *_raised_codes()]:
        raised[code].add(f"`{error}`")
    table = [f"| `{code}` | {', '.join(sorted(raised[code]))} |" for code in sorted(raised)]
    return INTRODUCTION + "\n".join(lines) + "\n" + CODES_HEAD + "\n".join(table) + "\n"


def _error_classes() -> dict[str, type[errors.TuneportError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.TuneportError)
    }


def _default_codes() -> list[tuple[str, str]]:
    return [(value.default_code, name) for name, value in _error_classes().items()]


def _raised_codes() -> Iterator[tuple[str, str]]:
    classes = _error_classes()
    for path in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in classes:
                for code in _codes(call):
                    yield code, call.func.id


def _codes(call: ast.Call) -> Iterator[str]:
    values = [keyword.value for keyword in call.keywords if keyword.arg == "code"] + call.args[1:2]
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


if __name__ == "__main__":
    write_or_check(TARGET, page_text())
