"""A tuned model as an adapter in peft's format, with the tokenizer and template that belong to it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tuneport.export.tuned_files import copy_tokenizer_files
from tuneport.weights import ADAPTER_CONFIG_FILE, ADAPTER_FILE, ExportOrder


def write_adapter_folder(order: ExportOrder, folder: Path) -> None:
    """`base_model_name_or_path` names the base model's repository on the hub, or its name here if it has none."""
    shutil.copyfile(order.checkpoint / ADAPTER_FILE, folder / ADAPTER_FILE)
    config = json.loads((order.checkpoint / ADAPTER_CONFIG_FILE).read_bytes())
    config["base_model_name_or_path"] = order.hub_repository or order.base_model
    config["revision"] = order.base_source.get("revision")
    (folder / ADAPTER_CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    copy_tokenizer_files(order, folder)
