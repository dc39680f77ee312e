"""The report on a data file, in parts: each is a function of the file, and a key of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuneport.core import DataError, InvalidRequest
from tuneport.workspace.report_context import CHECK, ReportContext


def report_file(context: ReportContext) -> dict[str, Any]:
    """Give the check's fields, and the value of each further part under its name.

    Where the file lets a part say nothing, its value is `{"unavailable": why}`. Raises `InvalidRequest`, `NotFound`.
    """
    parts = [part for part in context.request.parts if part != CHECK]
    for part in parts:
        if part not in PARTS:
            known = ", ".join(map(repr, (CHECK, *PARTS)))
            raise InvalidRequest(
                f"'parts' names {part!r}, and a report has no such part. Use {known}, with commas between.",
                code="unknown_report_part",
                param="parts",
            )
    return context.check.to_json() | {part: _say(part, context) for part in parts}


def _say(part: str, context: ReportContext) -> dict[str, Any]:
    try:
        return PARTS[part](context)
    except DataError as error:
        return {"unavailable": error.message}


def _statistics(context: ReportContext) -> dict[str, Any]:
    # These parts read tokenizers and templates, for which only who asks for them should wait.
    from tuneport.workspace.data_statistics import report_statistics

    return report_statistics(context)


def _estimate(context: ReportContext) -> dict[str, Any]:
    from tuneport.workspace.data_estimate import report_estimate

    return report_estimate(context)


def _quality(context: ReportContext) -> dict[str, Any]:
    from tuneport.workspace.data_quality import report_quality

    return report_quality(context)


def _traffic(context: ReportContext) -> dict[str, Any]:
    from tuneport.workspace.data_traffic import report_traffic

    return report_traffic(context)


PARTS: dict[str, Callable[[ReportContext], dict[str, Any]]] = {
    "statistics": _statistics,
    "estimate": _estimate,
    "quality": _quality,
    "traffic": _traffic,
}
"""Name of a part → what gives it, beside the check."""
