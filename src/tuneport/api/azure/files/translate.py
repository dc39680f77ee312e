"""Between files of the workspace and files on Azure's wire."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tuneport.api.azure.files.wire import AzureFile, FileError
from tuneport.config import StepMetrics
from tuneport.workspace import StoredFile

RESULT_HEADER = (
    "step",
    "train_loss",
    "train_mean_token_accuracy",
    "valid_loss",
    "validation_mean_token_accuracy",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)


def azure_file(file: StoredFile) -> AzureFile:
    has_failed = file.status == "error"
    return AzureFile(
        id=file.id,
        bytes=file.n_bytes,
        created_at=file.created_at,
        updated_at=file.created_at,
        filename=file.filename,
        purpose=file.purpose,
        status="error" if has_failed else "pending" if file.status == "uploaded" else "processed",
        error=FileError(message=file.status_details or "") if has_failed else None,
    )


def azure_result_csv(steps: Sequence[StepMetrics]) -> str:
    """Give a result file in Azure's columns; a cell is empty where nothing was measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RESULT_HEADER)
    for metrics in steps:
        measured = (
            metrics.train_loss,
            metrics.train_accuracy,
            metrics.valid_loss,
            metrics.valid_accuracy,
            metrics.full_valid_loss,
            metrics.full_valid_accuracy,
        )
        writer.writerow([metrics.step, *("" if value is None else f"{value:.5f}" for value in measured)])
    return text.getvalue()
