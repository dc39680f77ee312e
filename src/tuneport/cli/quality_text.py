"""What is said of a file's quality, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.human_numbers import plural
from tuneport.cli.report_parts import read_part
from tuneport.cli.screen import Screen

_GROUPS_SHOWN = 3
_PLACES_SHOWN = 3
_LINES_SHOWN = 10
_STYLES = {"warning": "yellow", "info": ""}


def read_quality(client: Client, screen: Screen, file_id: str, validation_id: str | None) -> dict[str, Any]:
    """Give the part `quality` of the report on an uploaded file, against another one where there is one.

    Raises `DataError` where one of them is no JSON lines at all.
    """
    return read_part(client, screen, file_id, "quality", validation_file=validation_id)


def show_quality(screen: Screen, path: Path, found: dict[str, Any]) -> None:
    """Show each finding with its share, what it means, and where it is."""
    findings = found["findings"]
    screen.say(
        f"{path}: {plural(found['n_rows'], 'row')}, {plural(len(findings), 'finding') if findings else 'nothing found'}"
    )
    show_unread(screen, found["n_unread_rows"], "row")
    if found["n_compared_rows"] < found["n_rows"]:
        screen.say(f"  near-duplicates were searched among {plural(found['n_compared_rows'], 'row')}")
    if found["n_validation_rows"] is not None:
        _show_validation(screen, found)
    for finding in findings:
        _show_finding(screen, finding)


def show_unread(screen: Screen, n_unread: int, noun: str) -> None:
    """Say how many rows were not looked at, as they could not be read."""
    if n_unread:
        said = f"  {plural(n_unread, noun)} not looked at: no JSON objects (see `tuneport data check`)"
        screen.say(said, style="yellow")


def _show_validation(screen: Screen, found: dict[str, Any]) -> None:
    n_rows, n_compared = found["n_validation_rows"], found["n_compared_validation_rows"]
    screen.say(f"  {plural(n_rows, 'validation row')} searched for leaks")
    show_unread(screen, found["n_unread_validation_rows"], "validation row")
    if n_compared < n_rows:
        screen.say(f"  near leaks were searched among {plural(n_compared, 'validation row')}")


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
