"""What `tuneport run --job FILE` reads: a job's request in a file, in TOML or JSON, without its data files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuneport.core import InvalidRequest

KINDS: dict[str, type] = {
    "model": str,
    "method": str,
    "suffix": str,
    "seed": int,
    "hyperparameters": dict,
    "metadata": dict,
    "tuneport": dict,
}
"""What may stand there; what it holds is for the server to judge."""


def read_job_file(path: Path) -> dict[str, Any]:
    """Give what the file says. Raises `InvalidRequest`."""
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise _wrong(path, f"it can't be read: {error}") from error
    if not isinstance(found, dict):
        raise _wrong(path, f"it holds a {type(found).__name__}, and no object")
    for name, value in found.items():
        if name not in KINDS:
            raise _wrong(path, f"it has {name!r}")
        if not isinstance(value, KINDS[name]) or isinstance(value, bool):
            raise _wrong(path, f"{name!r} is {value!r}")
    return found


def merged(file: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Give both, with tables joined; what an option says counts. Options that are `None` say nothing."""
    both = dict(file)
    for name, value in options.items():
        if isinstance(value, Mapping):
            inner = both.get(name)
            both[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        elif value is not None:
            both[name] = value
    return both


def _wrong(path: Path, found: str) -> InvalidRequest:
    kinds = ", ".join(f"'{name}' ({'table' if kind is dict else kind.__name__})" for name, kind in KINDS.items())
    return InvalidRequest(
        f"{path} is no job: {found}. A job in TOML, or in JSON where the name ends in .json, may have {kinds}; the "
        "data files are named on the command line. See docs/kinds-of-training.md.",
        code="invalid_job_file",
        param="--job",
    )
