"""An export of a tuned model in our words, and as its row keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tuneport.core import InvalidRequest, NotFound
from tuneport.store import ExportRow
from tuneport.weights import NUMBERS_OF_FORMAT, ExportFormat, NumberFormat

ExportStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]
UNFINISHED = ("queued", "running")


@dataclass(frozen=True)
class ExportRequest:
    model: str
    format: ExportFormat
    numbers: str | None = None
    """How its weights are to be held; `None` takes the format's first choice."""


@dataclass(frozen=True)
class ExportedFile:
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Export:
    id: str
    created_at: int
    finished_at: int | None
    status: ExportStatus
    stage: str | None
    """What it is at while it runs: "writing" or "proving"."""
    model: str
    format: ExportFormat
    numbers: NumberFormat
    expected_bytes: int
    """Disk that it takes while it is made."""
    files: tuple[ExportedFile, ...]
    parity: dict[str, Any] | None
    """The verdict on its files, once it has succeeded; `None` for models of which training kept no answers."""
    error: dict[str, Any] | None


@dataclass
class RunningExport:
    """How far an export is whose thread is alive."""

    stage: str | None = None
    is_cancelled: bool = False


def choose_numbers(request: ExportRequest) -> NumberFormat:
    """Raises `InvalidRequest` for numbers that the format can't have."""
    allowed = NUMBERS_OF_FORMAT[request.format]
    for numbers in allowed:
        if request.numbers in (None, numbers):
            return numbers
    four_bits = (
        " No library here writes Q4_K_M: make an f16 file, and llama.cpp's own llama-quantize makes it of that."
        if request.numbers == "q4_k_m"
        else ""
    )
    raise InvalidRequest(
        f"'quantization' is {request.numbers!r}; the format {request.format!r} is written as {', '.join(allowed)}."
        f"{four_bits} Choose one of these, or leave it out.",
        code="quantization_unavailable",
        param="quantization",
    )


def export_of(row: ExportRow, running: RunningExport | None) -> Export:
    status: ExportStatus = row.status  # type: ignore[assignment]
    return Export(
        id=row.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        status=status,
        stage=running.stage if running is not None and status == "running" else None,
        model=row.model,
        format=row.format,  # type: ignore[arg-type]
        numbers=row.numbers,  # type: ignore[arg-type]
        expected_bytes=row.expected_bytes,
        files=tuple(ExportedFile(**file) for file in row.files),
        parity=row.parity,
        error=row.error,
    )


def find_export_row(session: Session, export_id: str) -> ExportRow:
    row = session.scalar(select(ExportRow).where(ExportRow.id == export_id))
    if row is None:
        raise NotFound(
            f"There is no export {export_id!r}. List the exports to see those there.",
            code="export_not_found",
            param="export_id",
        )
    return row


def find_exported_file(export: Export, name: str, folder: Path) -> Path:
    """Give where a file of the export lies. Raises `NotFound` for a name that is none of its files'."""
    if name not in {file.name for file in export.files}:
        known = ", ".join(file.name for file in export.files) or "none yet"
        raise NotFound(
            f"The export {export.id!r} has no file {name!r}. Its files are: {known}.",
            code="export_file_not_found",
            param="name",
        )
    return folder / name
