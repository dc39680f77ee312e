"""The part `traffic` of the report on a data file."""

from __future__ import annotations

from typing import Any

from tuneport.core import InvalidRequest
from tuneport.data.traffic import compare_traffic
from tuneport.workspace.report_context import ReportContext


def report_traffic(context: ReportContext) -> dict[str, Any]:
    """Give how like the file's rows real requests are. Raises `InvalidRequest` where no file of requests is named."""
    requests = context.traffic_path
    if requests is None:
        raise InvalidRequest(
            "'parts' names 'traffic', which compares the file with real requests. Give the id of an uploaded file of "
            "them as 'traffic_file'.",
            code="missing_traffic_file",
            param="traffic_file",
        )
    on_read = context.reading("traffic", context.path, requests)
    return compare_traffic(context.path, requests, on_read=on_read).to_json()
