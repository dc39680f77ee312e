"""A row with its loss, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.pages.page import write_page
from tuneport.cli.pages.token_spans import view_row_loss


def write_row_loss_page(path: Path, file_name: str, found: dict[str, Any]) -> None:
    """Write the page to `path`. `found`: the server's answer. Raises `StorageFull`."""
    write_page(path, "row_loss.html.jinja", file_name=file_name, found=view_row_loss(found))
