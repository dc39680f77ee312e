"""One part of the server's report on a file."""

from __future__ import annotations

from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.report_follow import follow_report
from tuneport.cli.screen import Screen
from tuneport.core import DataError


def read_part(client: Client, screen: Screen, file_id: str, part: str, **options: Any) -> dict[str, Any]:
    """Give a part of the report on an uploaded file; options that are `None` are not asked for.

    Raises `DataError` where the file lets the part say nothing.
    """
    found: dict[str, Any] = follow_report(client, screen, file_id, parts=part, **options)[part]
    if "unavailable" in found:
        raise DataError(found["unavailable"])
    return found
