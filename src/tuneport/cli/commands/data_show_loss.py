"""`tuneport data show-loss`: a row as the model will see it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, HtmlPage, LongestRowOption


def show_loss(
    file: DataFile,
    row: Annotated[int | None, typer.Option(min=1, help="Row to show, from 1, blank lines not counted.")] = None,
    line: Annotated[int | None, typer.Option(min=1, help="Line to show instead, as problems name it.")] = None,
    model: Annotated[str | None, typer.Option(help="Base or tuned model; without it the default one.")] = None,
    method: Annotated[
        Literal["supervised", "dpo"] | None, typer.Option(help="Without it, the one that such a row is for.")
    ] = None,
    longest_row: LongestRowOption = None,
    html: HtmlPage = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Show each token of one row, those that carry loss, and where the row is cut."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.made_files import require_free
    from tuneport.cli.pages import write_row_loss_page
    from tuneport.cli.row_loss import read_row_loss, show_row_loss
    from tuneport.cli.screen import Screen

    if row is not None and line is not None:
        raise typer.BadParameter("the row is named twice, by --row and by --line. Give one.", param_hint="--line")
    if html is not None:
        require_free([file], html, replaces=True)
    screen = Screen(as_json=as_json)
    number, numbered_by = (row or 1, "row") if line is None else (line, "line")
    with connect(endpoint, needs="rows with their loss") as client, uploaded(client, screen, file) as file_id:
        options = {"numbered_by": numbered_by, "model": model, "method": method, "longest_row_tokens": longest_row}
        found = read_row_loss(client, file_id, number, **options)
    if html is not None:
        write_row_loss_page(html, file.name, found)
        screen.say(f"{html} shows line {found['line']} of {file}.")
    if as_json:
        screen.document(found)
    elif html is None:
        show_row_loss(screen, file, found)
