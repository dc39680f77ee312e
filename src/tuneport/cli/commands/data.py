"""`tuneport data`: look at a file before it costs anything."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.commands.data_convert import convert
from tuneport.cli.commands.data_dedupe import dedupe
from tuneport.cli.commands.data_estimate import estimate
from tuneport.cli.commands.data_fix import fix
from tuneport.cli.commands.data_quality import quality
from tuneport.cli.commands.data_report import report_file
from tuneport.cli.commands.data_show_loss import show_loss
from tuneport.cli.commands.data_split import split
from tuneport.cli.commands.data_stats import stats
from tuneport.cli.commands.data_traffic import traffic
from tuneport.cli.options import AsJson, DataFile, Endpoint, LongestRowOption
from tuneport.cli.plain_errors import plain_errors

data = typer.Typer(no_args_is_help=True, help="Check, count, convert and repair data files.")


@data.callback()
def _group() -> None:
    """Check, count, convert and repair data files."""


@data.command("check")
@plain_errors
def check(
    file: DataFile,
    method: Annotated[
        Literal["supervised", "dpo", "reinforcement"], typer.Option(help="Training method to check for.")
    ] = "supervised",
    model: Annotated[str | None, typer.Option(help="Base model to check for; without it the default one.")] = None,
    longest_row: LongestRowOption = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Say what is wrong with a training file, line by line; status 1 if a job would refuse it."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import read_report, show_report, uploaded
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports") as client, uploaded(client, screen, file) as file_id:
        report = read_report(client, screen, file_id, method=method, model=model, longest_row_tokens=longest_row)
    if as_json:
        screen.document(report)
    else:
        show_report(screen, file, report, shows_all=True)
    if report["n_errors"]:
        raise typer.Exit(1)


data.command("show-loss")(plain_errors(show_loss))
data.command("report")(plain_errors(report_file))
data.command("stats")(plain_errors(stats))
data.command("estimate")(plain_errors(estimate))
data.command("quality")(plain_errors(quality))
data.command("traffic")(plain_errors(traffic))
data.command("convert")(plain_errors(convert))
data.command("split")(plain_errors(split))
data.command("dedupe")(plain_errors(dedupe))
data.command("fix")(plain_errors(fix))
