"""`tuneport data estimate`: what a job on a file would take."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, LongestRowOption


def estimate(
    file: DataFile,
    model: Annotated[str | None, typer.Option(help="Base model to train; without it the default one.")] = None,
    method: Annotated[Literal["supervised", "dpo"], typer.Option(help="Training method.")] = "supervised",
    longest_row: LongestRowOption = None,
    n_epochs: Annotated[
        int | None, typer.Option(help="Times to go through the rows; without it OpenAI's rule.", min=1, max=50)
    ] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Say what training on a file would take: tokens, time, memory and disk here, and the price at OpenAI and Azure."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.estimate_text import show_estimate
    from tuneport.cli.report_parts import read_part
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports") as client, uploaded(client, screen, file) as file_id:
        options = {"method": method, "model": model, "longest_row_tokens": longest_row, "n_epochs": n_epochs}
        found = read_part(client, screen, file_id, "estimate", **options)
    if as_json:
        screen.document(found)
    else:
        show_estimate(screen, file, found)
