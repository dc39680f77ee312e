"""Checkpoints: folders that are whole or absent, with a manifest that names each file's hash.

checkpoints/000200/manifest.json · adapter_model.safetensors · adapter_config.json · optimizer.safetensors
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tuneport.config import KEPT_FILE, StepMetrics
from tuneport.core import new_folder, remove_folder, write_atomic

MANIFEST_FILE = "manifest.json"


class Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    epoch: int
    """Epochs begun, counted from 1."""
    is_epoch_end: bool
    trained_tokens: int
    """Tokens of all rows up to and including this step; those of an `unmeasured` step are not in it."""
    unmeasured: StepMetrics | None = None
    """The step's numbers, where the run was asked to stop before its validation was done."""
    base_model: str = ""
    """Name in the catalog of the model that was tuned."""
    quantization: Literal["none", "nf4"] = "none"
    """How that model was held while it was tuned."""
    hashes: dict[str, str] = {}
    """File name → SHA-256, lower-case hexadecimal."""


@contextmanager
def new_checkpoint(folder: Path, manifest: Manifest) -> Iterator[Path]:
    """Give a folder to fill with files, which becomes `folder` with its manifest when all are written."""
    with new_folder(folder) as partial:
        yield partial
        hashes = {file.name: _sha256(file) for file in sorted(partial.iterdir())}
        complete = manifest.model_copy(update={"hashes": hashes})
        write_atomic(partial / MANIFEST_FILE, complete.model_dump_json(indent=2).encode())


def read_manifest(folder: Path) -> Manifest:
    return Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())


def find_damage(folder: Path) -> str | None:
    """Say what is wrong with a checkpoint; `None` if every file is there with its hash."""
    if not (folder / MANIFEST_FILE).exists():
        return f"{folder.name}: no {MANIFEST_FILE}"
    try:
        hashes = read_manifest(folder).hashes
    except ValidationError:
        return f"{folder.name}: {MANIFEST_FILE} cannot be read"
    for name, expected in hashes.items():
        if not (folder / name).exists():
            return f"{folder.name}: {name} is missing"
        if _sha256(folder / name) != expected:
            return f"{folder.name}: {name} does not have the hash of its manifest"
    return None


def list_checkpoints(checkpoints: Path) -> list[Path]:
    """Give the checkpoint folders by step, oldest first."""
    if not checkpoints.exists():
        return []
    return sorted(folder for folder in checkpoints.iterdir() if folder.name.isdigit())


def prune_checkpoints(checkpoints: Path, keep_epochs: int, *, keep_step: int | None = None) -> None:
    """Delete all but the last `keep_epochs` checkpoints made at an epoch's end, the newest two, and `keep_step`'s.

    One that a model stands for (`RunFolder.keep_checkpoint`) stays, too.
    """
    folders = list_checkpoints(checkpoints)
    epoch_ends = [folder for folder in folders if _is_epoch_end(folder)]
    # Two: if the newest turns out to be damaged, there is one before it.
    kept = {*epoch_ends[-keep_epochs:], *folders[-2:]}
    for folder in folders:
        if folder not in kept and int(folder.name) != keep_step and not (folder / KEPT_FILE).exists():
            remove_folder(folder)


def remove_unfinished(checkpoints: Path) -> None:
    """Delete what a killed process left of checkpoints that it was writing or deleting."""
    if not checkpoints.exists():
        return
    for folder in checkpoints.iterdir():
        if folder.name.startswith("."):
            shutil.rmtree(folder)


def _is_epoch_end(folder: Path) -> bool:
    try:
        return read_manifest(folder).is_epoch_end
    except (FileNotFoundError, ValidationError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
