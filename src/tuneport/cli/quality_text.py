"""What is said of a file's quality, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import plural
from tuneport.cli.report_follow import follow_report
from tuneport.cli.screen import Screen

_GROUPS_SHOWN = 3
_PLACES_SHOWN = 3
_LINES_SHOWN = 10
_STYLES = {"warning": "yellow", "info": ""}


def read_quality(client: Client, screen: Screen, file_id: str, validation_id: str | None) -> dict[str, Any]:
    """Give the part `quality` of the report on an uploaded file, against another one where there is one."""
    report = follow_report(client, screen, file_id, parts="quality", validation_file=validation_id)
    found: dict[str, Any] = report["quality"]
    return found


def show_quality(screen: Screen, path: Path, found: dict[str, Any]) -> None:
    """Show each finding with its share, what it means, and where it is."""
    findings = found["findings"]
    screen.say(
        f"{path}: {plural(found['n_rows'], 'row')}, {plural(len(findings), 'finding') if findings else 'nothing found'}"
    )
    if found["n_compared_rows"] < found["n_rows"]:
        screen.say(f"  near-duplicates were searched among {plural(found['n_compared_rows'], 'row')}")
    for finding in findings:
        _show_finding(screen, finding)


def _show_finding(screen: Screen, finding: dict[str, Any]) -> None:
    is_leak = any(group["validation_lines"] for group in finding["groups"])
    of_what = "validation row" if is_leak else "row"
    screen.say()
    screen.say(
        f"{finding['code']}: {plural(finding['count'], of_what)}, {finding['share'] * 100:.1f} %",
        style=_STYLES[finding["severity"]],
    )
    screen.say(f"  {finding['meaning']}")
    if finding["counts_by_kind"]:
        counts = ", ".join(f"{kind} {count:,}" for kind, count in finding["counts_by_kind"].items())
        screen.say(f"  {counts}")
    for where in _places(finding):
        screen.say(f"  {where}")


def _places(finding: dict[str, Any]) -> list[str]:
    if finding["groups"]:
        return [*map(_group_text, finding["groups"][:_GROUPS_SHOWN])]
    named = [place for place in finding["places"] if place["field"]]
    if named:
        return [f"line {place['line']}, {place['field']}: {place['kind']}" for place in named[:_PLACES_SHOWN]]
    return [lines_text(finding["lines"], finding["count"])]


def _group_text(group: dict[str, Any]) -> str:
    alike = "the same" if group["similarity"] == 1 else f"similarity {group['similarity']:.2f}"
    if group["validation_lines"]:
        return f"validation line {group['validation_lines'][0]} and line {group['lines'][0]}: {alike}"
    return f"{lines_text(group['lines'], group['n_rows'])}: {alike}"


def lines_text(lines: list[int], n_rows: int) -> str:
    """Give `lines 3, 17 and 5 more`: the first ten of the lines, of so many rows."""
    shown = lines[:_LINES_SHOWN]
    more = f" and {n_rows - len(shown):,} more" if n_rows > len(shown) else ""
    return f"{'line' if len(shown) == 1 else 'lines'} {', '.join(map(str, shown))}{more}"
