"""What an export is, said beside it: of which model, how its numbers are held, each file's hash, and the verdict."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tuneport.export.tuned_files import read_renderer
from tuneport.weights import EXPORT_MANIFEST_FILE, ExportOrder, Parity, file_facts

_LIBRARIES = ("tuneport", "torch", "transformers", "peft", "gguf")


def write_manifest(order: ExportOrder, folder: Path, parity: Parity | None) -> None:
    """Write it last: it lists all other files."""
    renderer = read_renderer(order)
    content: dict[str, Any] = {
        "model": order.model,
        "format": order.format,
        "numbers": order.numbers,
        "base_model": order.base_model,
        # A folder of this machine is nothing to others.
        "base_source": {name: value for name, value in order.base_source.items() if name != "folder"},
        "licence_of_base": order.licence,
        "stop_tokens": [renderer.token_of(token_id) for token_id in sorted(renderer.stop_token_ids)],
        "files": [file_facts(file) for file in sorted(folder.iterdir())],
        "parity": None if parity is None else parity.model_dump(),
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / EXPORT_MANIFEST_FILE).write_text(text, encoding="utf-8")
