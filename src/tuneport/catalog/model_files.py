"""The files of a model in transformers' layout: what is taken, and what is refused."""

from __future__ import annotations

import shutil
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import orjson

from tuneport.core import InvalidRequest

WANTED = (
    "config.json",
    "generation_config.json",
    "*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
)
"""Nothing else is fetched or copied: no pickle, and no Python file."""


def check_model_files(folder: Path) -> None:
    """Raise `InvalidRequest` (code `invalid_model_folder`) with all that is wrong with the files."""
    problems = [f"{name} is missing" for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any(folder.glob("*.safetensors")):
        pickles = sorted(file.name for suffix in ("*.bin", "*.pt", "*.pth", "*.ckpt") for file in folder.glob(suffix))
        found = f"; {pickles[0]!r} is a pickle, which can run code when it is read" if pickles else ""
        problems.append(f"there is no *.safetensors file{found}")
    for name in ("config.json", "tokenizer_config.json"):
        if "auto_map" in read_json_file(folder / name):
            problems.append(f"{name} asks for Python code of its own (auto_map), which is never run")
    if problems:
        raise InvalidRequest(
            f"{folder}: {'; '.join(problems)}. Use a model with config.json, tokenizer.json and *.safetensors files, "
            "as transformers' save_pretrained writes it, of a kind that transformers knows.",
            code="invalid_model_folder",
            param="source",
        )


def copy_model_files(folder: Path, target_dir: Path) -> None:
    for pattern in WANTED:
        for file in folder.glob(pattern):
            shutil.copyfile(file, target_dir / file.name)


def is_wanted(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in WANTED)


def wanted_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for pattern in WANTED for file in folder.glob(pattern))


def read_json_file(path: Path) -> dict[str, Any]:
    """Give the object in `path`, empty if there is no such file. Raises `InvalidRequest` if it is not one."""
    if not path.is_file():
        return {}
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise _not_an_object(path, str(error)) from error
    if not isinstance(content, dict):
        raise _not_an_object(path, f"found {type(content).__name__}")
    return content


def _not_an_object(path: Path, found: str) -> InvalidRequest:
    return InvalidRequest(
        f"{path}: not a JSON object ({found}). Fetch the file again.", code="invalid_model_folder", param="source"
    )
