"""How like real requests a training file is, in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.human_numbers import plural, share_text
from tuneport.cli.quality_text import lines_text, show_unread
from tuneport.cli.screen import Screen


def show_traffic(screen: Screen, path: Path, found: dict[str, Any]) -> None:
    """Show what is asked that is not trained: texts, instructions, tools."""
    screen.say(f"{path}: {plural(found['n_rows'], 'row')} beside {plural(found['n_requests'], 'request')}")
    show_unread(screen, found["n_unread_rows"], "row")
    show_unread(screen, found["n_unread_requests"], "request")
    if found["n_requests_without_text"]:
        screen.say(f"  left out: {plural(found['n_requests_without_text'], 'request')} without text")
    if found["likeness"] is not None:
        _show_likeness(screen, found["likeness"])
    n_requests = found["n_requests"] + found["n_requests_without_text"]
    for key, what, advice in (
        ("unknown_instructions", "have instructions that no row has", "Send the system message that was trained."),
        ("unknown_tools", "offer a tool that no row offers", "Train rows that offer it, called and not called."),
    ):
        requests = found[key]
        if not requests["n_rows"]:
            continue
        names = f": {', '.join(found['unknown_tool_names'])}" if key == "unknown_tools" else ""
        screen.say()
        screen.say(
            f"{key}: {plural(requests['n_rows'], 'request')}, {share_text(requests['n_rows'] / n_requests)}, "
            f"{what}{names}",
            style="yellow",
        )
        screen.say(f"  {advice}")
        screen.say(f"  {lines_text(requests['lines'], requests['n_rows'])}")
    rows, requests = found["length_of_rows"], found["length_of_requests"]
    screen.say()
    screen.say(
        f"length of what is asked, in characters: rows {rows['p50']:,} (95 % up to {rows['p95']:,}), "
        f"requests {requests['p50']:,} ({requests['p95']:,})"
    )


def _show_likeness(screen: Screen, likeness: dict[str, Any]) -> None:
    unlike = likeness["unlike"]
    is_unlike = likeness["is_more_than_chance"]
    screen.say()
    screen.say(
        f"unlike: {plural(unlike['n_rows'], 'request')}, {share_text(likeness['unlike_share'])} "
        "(5 % where requests and rows are of one kind)",
        style="yellow" if is_unlike else "",
    )
    if is_unlike:
        screen.say("  What they ask is not taught: add rows like them, or let the base model answer them.")
    screen.say(
        f"  most like row, median: {likeness['similarity_of_requests']:.2f} for a request, "
        f"{likeness['similarity_of_rows']:.2f} for another row"
    )
    if unlike["n_rows"]:
        screen.say(f"  {lines_text(unlike['lines'], unlike['n_rows'])}, the least like first")
