"""One part of the server's report on a file."""

from __future__ import annotations

from typing import Any

from tuneport.cli.client import Client
from tuneport.core import DataError


def read_part(client: Client, file_id: str, part: str, **options: Any) -> dict[str, Any]:
    """Give a part of the report on an uploaded file; options that are `None` are not asked for.

    Raises `DataError` where the file lets the part say nothing.
    """
    given = {name: value for name, value in options.items() if value is not None}
    found: dict[str, Any] = client.get_patiently(f"files/{file_id}/report", parts=part, **given)[part]
    if "unavailable" in found:
        raise DataError(found["unavailable"])
    return found
