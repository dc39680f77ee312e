"""Writes docs/catalog.md from the catalog: `python docs/write_catalog.py`, `--check` only compares."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from generated import write_or_check

from tuneport.catalog import BaseModel, FolderSource, HubSource, PypiSource, list_models
from tuneport.config import Settings

TARGET = Path(__file__).with_name("catalog.md")
INTRODUCTION = """# The catalog of base models

This page is written by `docs/write_catalog.py` from `src/tuneport/catalog/models.json` and `record.py`; do not edit it.

`tuneport models pull NAME` gets a model of this table; `tuneport models pull hf:ORGANISATION/NAME[@REVISION]` any
instruct model of the Hugging Face hub in safetensors that transformers knows; `tuneport models pull /path/to/folder`
one from disk. A pull resumes where it stopped, and is seen only when it is whole. Pickles and code of a model's own are
never fetched or run. `smollm2-135m-instruct` and `all-minilm-l6-v2` are tested at each release; the others are facts
from their publishers.

From when a model takes no jobs, and from when it answers no more, the server's owner says: by `deprecation` and
`shutdown` in `models/NAME/model.json` of the home folder, as in `"deprecation": "2027-01-06"`, or `null` for never. It
holds at once, for the models of this table too.

| name | parameters | licence | context | longest row | from | memory of a supervised run |
|---|---|---|---|---|---|---|
"""
FIELDS_HEAD = """
## A record

A record of `models.json`, and the `model.json` in the folder of a pulled model (which adds `files`, the SHA-256 of each
file), has these fields.
"""


def page_text() -> str:
    # A home that does not exist has no imported models: the shipped ones remain.
    shipped = list_models(Settings(home=Path("/nonexistent")))
    parts = [INTRODUCTION, *(f"{_row(model)}\n" for model in shipped), FIELDS_HEAD]
    for record, title in ((BaseModel, "Model"), (PypiSource, "`source` of kind `pypi`")):
        parts.append(f"\n### {title}\n\n" + "".join(f"- {line}\n" for line in _fields(record)))
    for record, kind in ((HubSource, "hub"), (FolderSource, "folder")):
        names = ", ".join(f"`{name}`" for name in record.__annotations__ if name != "kind")
        parts.append(f"\n### `source` of kind `{kind}`\n\n{record.__doc__} Fields: {names}.\n")
    return "".join(parts)


def _row(model: BaseModel) -> str:
    source = model.source
    origin = (
        f"package `{source.package}`" if isinstance(source, PypiSource) else f"`{getattr(source, 'repository', '')}`"
    )
    memory = f"{model.memory_bytes['supervised'] / 1e9:.0f} GB" if model.methods else "not tuned"
    sizes = f"{model.parameters / 1e6:,.0f} million | {model.licence} | {model.context_tokens:,}"
    return f"| `{model.name}` | {sizes} | {model.longest_training_row_tokens:,} | {origin} | {memory} |"


def _fields(record: type) -> Iterator[str]:
    """Give each field, with the docstring below it where it has one."""
    body = ast.parse(inspect.getsource(record)).body[0]
    assert isinstance(body, ast.ClassDef)
    for statement, following in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = _docstring(following)
            yield f"`{statement.target.id}`: {text}" if text else f"`{statement.target.id}`"


def _docstring(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split())
    return ""


if __name__ == "__main__":
    write_or_check(TARGET, page_text())
