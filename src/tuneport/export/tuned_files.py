"""The small files of a tuned model: tokenizer, template and settings, its own where it has them, else its base's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tuneport.tokens import Renderer
from tuneport.weights import TOKENIZER_FILE, ExportOrder, read_trained_weights

TEMPLATE_FILE = "chat_template.jinja"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
_TOKENIZER_FILES = (TOKENIZER_FILE, TEMPLATE_FILE, "special_tokens_map.json")


def tokenizer_folder(order: ExportOrder) -> Path:
    """Give where the tokenizer lies that the model was trained with."""
    has_own = (order.checkpoint / TOKENIZER_FILE).is_file()
    return order.checkpoint if has_own else order.base_folder


def config_folder(order: ExportOrder) -> Path:
    is_whole = read_trained_weights(order.checkpoint).kind == "full"
    return order.checkpoint if is_whole else order.base_folder


def read_renderer(order: ExportOrder) -> Renderer:
    return Renderer.from_folder(config_folder(order), tokenizer_folder=tokenizer_folder(order))


def copy_tokenizer_files(order: ExportOrder, folder: Path) -> None:
    """Copy tokenizer and template; the template stands in the tokenizer's settings too, where older programs look."""
    for name in _TOKENIZER_FILES:
        source = _find(order, name)
        if source is not None:
            shutil.copyfile(source, folder / name)
    settings = _find(order, TOKENIZER_CONFIG_FILE)
    content: dict[str, Any] = json.loads(settings.read_bytes()) if settings else {}
    content["chat_template"] = read_template(order)
    (folder / TOKENIZER_CONFIG_FILE).write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")


def read_template(order: ExportOrder) -> str:
    source = _find(order, TEMPLATE_FILE)
    assert source is not None, "a base model has a template"
    return source.read_text(encoding="utf-8")


def _find(order: ExportOrder, name: str) -> Path | None:
    found = (folder / name for folder in (tokenizer_folder(order), order.base_folder))
    return next((file for file in found if file.is_file()), None)
