"""All that is known of a data file, in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuneport.cli.data_files import show_report
from tuneport.cli.estimate_text import show_estimate
from tuneport.cli.quality_text import show_quality
from tuneport.cli.row_loss import show_row_loss
from tuneport.cli.screen import Screen
from tuneport.cli.statistics_text import show_statistics
from tuneport.cli.traffic_text import show_traffic
from tuneport.cli.whole_report import WholeReport

_SHOW: dict[str, Callable[[Screen, Path, dict[str, Any]], None]] = {
    "statistics": show_statistics,
    "estimate": show_estimate,
    "quality": show_quality,
    "traffic": show_traffic,
}


def show_whole_report(screen: Screen, report: WholeReport) -> None:
    """Show each part under its title, and what the server did not give."""
    show_report(screen, report.file, report.check, shows_all=True)
    if report.validation is not None and report.validation_check is not None:
        show_report(screen, report.validation, report.validation_check, shows_all=True)
    for part, values in report.parts.items():
        _show_title(screen, part)
        _SHOW[part](screen, report.file, values)
    for row in report.rows:
        _show_title(screen, f"row {row['row']}")
        show_row_loss(screen, report.file, row)
    for part, why in report.left_out.items():
        screen.say(f"\nLeft out: {part}. {why}", style="yellow")


def _show_title(screen: Screen, title: str) -> None:
    screen.say(f"\n── {title.capitalize()} ──", style="bold")
