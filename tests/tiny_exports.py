"""A tiny model whose tokenizer GGUF knows, tuned in every way, and the orders to export it."""

from __future__ import annotations

import shutil
from pathlib import Path

from kinds_of_training import KINDS
from tiny_gguf import write_tiny_gguf
from tiny_model import TEMPLATE
from training_runs import new_run, train, write_rows
from tuneport.catalog.convert import convert_gguf
from tuneport.config import RunFolder
from tuneport.weights import ExportFormat, ExportOrder, NumberFormat


def write_base_model(folder: Path) -> Path:
    """Write a llama model in transformers' layout whose tokenizer is SmolLM2's in small."""
    folder.mkdir(parents=True)
    write_tiny_gguf(folder / "source.gguf")
    convert_gguf(folder / "source.gguf", folder)
    (folder / "source.gguf").unlink()
    shutil.copyfile(TEMPLATE, folder / "chat_template.jinja")
    return folder


def train_kind(folder: Path, base_folder: Path, kind: str) -> RunFolder:
    """Give a finished run of this kind; some of its rows have the new tokens in them."""
    adapter, quantization = KINDS[kind]
    rows = write_rows(folder.with_suffix(".jsonl"), 12)
    rows.write_text(
        rows.read_text().replace("What comes after ", "<→>").replace('"content": "1', '"content": "<number>1')
    )
    learning_rate = 3e-3 if adapter.kind == "full" else 1e-2
    run = new_run(folder, base_folder, rows, adapter=adapter, quantization=quantization, learning_rate=learning_rate)
    assert train(run) == 0
    return run


class RunsOfKinds:
    """Gives the finished run of a kind, trained once."""

    def __init__(self, folder: Path, base_folder: Path) -> None:
        self._folder, self._base_folder = folder, base_folder
        self._runs: dict[str, RunFolder] = {}

    def __call__(self, kind: str) -> RunFolder:
        if kind not in self._runs:
            self._runs[kind] = train_kind(self._folder / kind, self._base_folder, kind)
        return self._runs[kind]


def checkpoint_of(run: RunFolder) -> Path:
    result = run.read_result()
    assert result is not None
    return run.path / result.checkpoint


def order_of(run: RunFolder, export_format: ExportFormat, numbers: NumberFormat = "f32") -> ExportOrder:
    return ExportOrder(
        model="ft:tiny:local::abc",
        format=export_format,
        numbers=numbers,
        base_model="tiny",
        base_source={"kind": "folder", "folder": "somewhere"},
        base_folder=run.read_spec().model.folder,
        checkpoint=checkpoint_of(run),
        context_tokens=512,
        licence="Apache-2.0",
    )
