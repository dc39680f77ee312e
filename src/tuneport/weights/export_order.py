"""What an export process is asked to write; `export_order.json` in the folder that it fills."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

ORDER_FILE = "export_order.json"
EXPORT_MANIFEST_FILE = "tuneport-export.json"
"""In every export: what it is, its files with their hashes, and the verdict."""
ExportFormat = Literal["adapter", "merged", "gguf", "ollama", "vllm"]
NumberFormat = Literal["f32", "f16", "bf16", "q8_0"]

NUMBERS_OF_FORMAT: dict[ExportFormat, tuple[NumberFormat, ...]] = {
    "adapter": ("f32",),
    "merged": ("f32", "bf16", "f16"),
    "gguf": ("f16", "f32", "bf16", "q8_0"),
    "ollama": ("f16", "f32", "bf16", "q8_0"),
    "vllm": ("f32", "bf16", "f16"),
}
"""How the numbers of each format may be written; the first is what an order without a choice gets."""
BITS_PER_WEIGHT: dict[NumberFormat, float] = {"f32": 32, "f16": 16, "bf16": 16, "q8_0": 8.5}


class ExportOrder(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """The tuned model's name."""
    format: ExportFormat
    numbers: NumberFormat
    base_model: str
    """Name in the catalog."""
    base_source: dict[str, Any]
    """Where that model came from."""
    base_folder: Path
    checkpoint: Path
    context_tokens: int
    licence: str

    @property
    def hub_repository(self) -> str | None:
        """Give where others find the base model; `None` where it is on this machine alone."""
        return self.base_source["repository"] if self.base_source["kind"] == "hub" else None


def file_facts(file: Path) -> dict[str, Any]:
    """Give name, bytes and SHA-256 of a file."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": sha256}


def expected_export_bytes(order: ExportOrder, *, parameters: int) -> int:
    """Give the disk that an export takes while it is made; the proof reads a GGUF file back as fp32."""
    if order.format == "adapter":
        return sum(file.stat().st_size for file in order.checkpoint.iterdir())
    written = parameters * BITS_PER_WEIGHT[order.numbers] / 8
    read_back = parameters * BITS_PER_WEIGHT["f32"] / 8 if order.format in ("gguf", "ollama") else 0
    return int(1.05 * (written + read_back))
