"""Exports in our own words."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class CreateExportRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    """A tuned model or a checkpoint."""
    format: Literal["adapter", "merged", "gguf", "ollama", "vllm"]
    quantization: str | None = None
    """How the weights are held: `f32`, `bf16` or `f16`; in GGUF also `q8_0`. `null` takes what fits the format best."""


class ExportedFileObject(BaseModel):
    name: str
    bytes: int
    sha256: str


class ExportObject(BaseModel):
    id: str
    object: Literal["export"] = "export"
    created_at: int
    finished_at: int | None
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    stage: str | None
    """While it runs: `writing`, then `proving`."""
    model: str
    format: str
    quantization: str
    expected_bytes: int
    """Disk that it takes on the server while it is made."""
    files: list[ExportedFileObject]
    parity: dict[str, Any] | None
    """Whether its files say what the model said in training; `null` for models of which training kept no answers."""
    error: dict[str, Any] | None


class ExportList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ExportObject]


class DeletedExport(BaseModel):
    id: str
    object: Literal["export"] = "export"
    deleted: Literal[True] = True
