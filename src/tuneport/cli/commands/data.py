"""`tuneport data`: look at a file before it costs anything."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint
from tuneport.cli.plain_errors import plain_errors

data = typer.Typer(no_args_is_help=True, help="Check data files.")


@data.callback()
def _group() -> None:
    """Check data files."""


@data.command("check")
@plain_errors
def check(
    file: DataFile,
    method: Annotated[Literal["supervised", "dpo"], typer.Option(help="Training method to check for.")] = "supervised",
    model: Annotated[str | None, typer.Option(help="Base model to check for.")] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Say what is wrong with a training file, line by line; status 1 if a job would refuse it."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import read_report, show_report, upload_file
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports") as client:
        file_id = upload_file(client, file)
        try:
            report = read_report(client, file_id, method=method, model=model)
        finally:
            client.delete(f"files/{file_id}")
    if as_json:
        screen.document(report)
    else:
        show_report(screen, file, report, shows_all=True)
    if report["n_errors"]:
        raise typer.Exit(1)
