"""The part `quality` of the report on a data file."""

from __future__ import annotations

from typing import Any

from tuneport.data.quality import review_quality
from tuneport.workspace.report_context import ReportContext


def report_quality(context: ReportContext) -> dict[str, Any]:
    """Give what is in the file twice, cut off, secret or out of place, and what of the validation file is in it."""
    validation = context.validation_path
    on_read = context.reading("quality", context.path, *([validation] if validation else []))
    return review_quality(context.path, validation=validation, on_read=on_read).to_json()
