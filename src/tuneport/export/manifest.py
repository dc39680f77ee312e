"""What an export is, said beside it: of which model, how its numbers are held, each file's hash, and the verdict."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tuneport.export.tuned_files import read_renderer
from tuneport.weights import ExportOrder, Parity

MANIFEST_FILE = "tuneport-export.json"
_LIBRARIES = ("tuneport", "torch", "transformers", "peft", "gguf")


def write_manifest(order: ExportOrder, folder: Path, parity: Parity | None) -> None:
    """Write it last: it lists all other files."""
    renderer = read_renderer(order)
    content: dict[str, Any] = {
        "model": order.model,
        "format": order.format,
        "numbers": order.numbers,
        "base_model": order.base_model,
        "base_source": order.base_source,
        "licence_of_base": order.licence,
        "stop_tokens": [renderer.token_of(token_id) for token_id in sorted(renderer.stop_token_ids)],
        "files": [_file_facts(file) for file in sorted(folder.iterdir())],
        "parity": None if parity is None else parity.model_dump(),
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def _file_facts(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        return {
            "name": file.name,
            "bytes": file.stat().st_size,
            "sha256": hashlib.file_digest(opened, "sha256").hexdigest(),
        }
