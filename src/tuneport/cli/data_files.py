"""A data file on its way to a job: uploaded, checked, and the findings shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuneport.cli.byte_bar import byte_bar
from tuneport.cli.client import Client
from tuneport.cli.human_numbers import plural, size_text
from tuneport.cli.parted_upload import ONE_REQUEST_BYTES, upload_in_parts
from tuneport.cli.report_follow import follow_report
from tuneport.cli.screen import Screen
from tuneport.core import DataError

_WARNINGS_SHOWN = 3


def upload_file(client: Client, screen: Screen, path: Path) -> str:
    """Upload `path` and give its file id. Raises `DataError` for an empty file, which no server would keep."""
    if not path.is_file():
        raise DataError(
            f"{path} is a pipe or a device, whose size is not known. Write it to a file first, and name that.",
            code="no_regular_file",
        )
    n_bytes = path.stat().st_size
    if n_bytes == 0:
        raise DataError(
            f"{path} is empty (0 bytes). A data file has one JSON object a line; a training file has at least 10.",
            code="empty_file",
        )
    with byte_bar(screen, "Uploading", n_bytes) as show:
        is_too_large = n_bytes > ONE_REQUEST_BYTES
        file = upload_in_parts(client, path, show) if is_too_large else client.upload(path, show)
    return str(file["id"])


@contextmanager
def uploaded(client: Client, screen: Screen, path: Path) -> Iterator[str]:
    """Give the file id of `path` on the server, where it stays no longer than the block."""
    file_id = upload_file(client, screen, path)
    try:
        yield file_id
    finally:
        client.delete(f"files/{file_id}")


def read_report(
    client: Client,
    screen: Screen,
    file_id: str,
    *,
    method: str,
    model: str | None,
    is_training_file: bool = True,
    longest_row_tokens: int | None = None,
) -> dict[str, Any]:
    """Give the server's check of an uploaded file."""
    return follow_report(
        client,
        screen,
        file_id,
        method=method,
        model=model,
        is_training_file=is_training_file,
        longest_row_tokens=longest_row_tokens,
    )


def show_report(screen: Screen, path: Path, report: dict[str, Any], *, shows_all: bool) -> None:
    """Show rows, size and problems; without `shows_all` only the first warnings."""
    n_errors, n_warnings = report["n_errors"], report["n_warnings"]
    found = ", ".join(plural(count, noun) for count, noun in ((n_errors, "error"), (n_warnings, "warning")) if count)
    screen.say(f"{path}: {plural(report['n_rows'], 'row')}, {size_text(report['n_bytes'])}, {found or 'no problems'}")
    if report["n_compared_rows"] < report["n_rows"]:
        screen.say(f"  repeated rows were searched among {plural(report['n_compared_rows'], 'row')}")
    _show_problems(screen, path, "error", report["errors"], n_errors)
    warnings = report["warnings"] if shows_all else report["warnings"][:_WARNINGS_SHOWN]
    _show_problems(screen, path, "warning", warnings, n_warnings)


def _show_problems(screen: Screen, path: Path, kind: str, problems: list[dict[str, Any]], n_all: int) -> None:
    for problem in problems:
        screen.say(f"  {kind}: {path.name} {problem['message']} [{problem['code']}]", style=_STYLES[kind])
    if n_all > len(problems):
        screen.say(f"  and {plural(n_all - len(problems), f'more {kind}')}", style=_STYLES[kind])


_STYLES = {"error": "red", "warning": "yellow"}
