"""Follows the server's report on an uploaded file, with a bar for each part that has much to read."""

from __future__ import annotations

from contextlib import closing
from itertools import groupby
from typing import Any

from tuneport.cli.byte_bar import byte_bar
from tuneport.cli.client import Client
from tuneport.cli.screen import Screen
from tuneport.core import ServerUnreachable

_TITLES = {
    "check": "Checking",
    "statistics": "Counting tokens",
    "quality": "Looking at quality",
    "traffic": "Comparing with requests",
}


def follow_report(client: Client, screen: Screen, file_id: str, **options: Any) -> dict[str, Any]:
    """Give the report; options that are `None` are not asked for. Raises what the server answers."""
    given = {name: value for name, value in options.items() if value is not None}
    # Closed before anything else is asked: an interrupt ends the work on the server too.
    with closing(client.follow(f"files/{file_id}/report", **given)) as events:
        for (part, n_bytes), of_part in groupby(events, lambda event: (event.get("part"), event.get("bytes"))):
            if part is None:
                report: dict[str, Any] = next(of_part)["report"]
                return report
            with byte_bar(screen, _TITLES.get(part, part), n_bytes) as show:
                for event in of_part:
                    show(event["bytes_read"])
    raise ServerUnreachable(f"{client.url} ended the report on {file_id} in the middle. Run the command again.")
