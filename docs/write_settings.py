"""Writes docs/settings.md from `Settings` itself: `python docs/write_settings.py`, `--check` only compares."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from generated import write_or_check

from tuneport.config import Settings
from tuneport.config.read_settings import FILE_NAME, NAMES, NO_VALUE, PREFIX

TARGET = Path(__file__).with_name("settings.md")
HEAD = f"""# Settings of the server

This page is written by `docs/write_settings.py` from `src/tuneport/config/settings.py`; do not edit it.

A setting stands in `{FILE_NAME}` in the home folder, as in `requests_per_minute = 500`, or in the environment of the
server, by its name in capitals after `{PREFIX}`: `{PREFIX}REQUESTS_PER_MINUTE=500`. The environment goes before the
file. `{NO_VALUE}` stands for no value where one can be left open: in the file as `"{NO_VALUE}"`. A wrong name or value
stops the server at its start. Address, port and home folder are options of `tuneport serve`. Keys, and what the hosted
services allow, are in [Keys and limits](keys-and-limits.md).

| setting | takes | if not set | what it is |
|---|---|---|---|
"""


def page_text() -> str:
    return HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def _rows() -> Iterator[tuple[str, str, str, str]]:
    (definition,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(definition, ast.ClassDef)
    for field, below in zip(definition.body, [*definition.body[1:], ast.Pass()], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id in NAMES:
            kind = ast.unparse(field.annotation).replace(" | ", " or ")
            default = getattr(Settings, field.target.id)
            yield f"`{field.target.id}`", kind, f"`{default}`", " ".join(_docstring(below).split())


def _docstring(statement: ast.stmt) -> str:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return str(statement.value.value) if is_text else ""


if __name__ == "__main__":
    write_or_check(TARGET, page_text())
