"""`tuneport data report`: all that is known of a file, in the terminal or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, HtmlPage, LongestRowOption


def report_file(
    file: DataFile,
    validation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Rows to measure on."),
    ] = None,
    traffic: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Real requests to compare with."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Base model; without it the default one.")] = None,
    method: Annotated[Literal["supervised", "dpo"], typer.Option(help="Training method.")] = "supervised",
    longest_row: LongestRowOption = None,
    html: HtmlPage = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Check, statistics, estimate and quality of a file, and its first rows with their loss; status 1 on errors."""
    from tuneport.cli.connection import connect
    from tuneport.cli.made_files import require_free
    from tuneport.cli.pages import write_report_page
    from tuneport.cli.screen import Screen
    from tuneport.cli.whole_report import ReportOrder, read_whole_report
    from tuneport.cli.whole_report_text import show_whole_report

    if html is not None:
        require_free([path for path in (file, validation, traffic) if path is not None], html, replaces=True)
    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports") as client:
        report = read_whole_report(client, screen, ReportOrder(file, validation, model, method, traffic, longest_row))
    if html is not None:
        write_report_page(html, report)
        screen.say(f"{html} is the report on {file}.")
    if as_json:
        screen.document(report.to_json())
    elif html is None:
        show_whole_report(screen, report)
    if report.check["n_errors"]:
        raise typer.Exit(1)
