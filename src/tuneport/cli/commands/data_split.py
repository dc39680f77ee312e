"""`tuneport data split`: rows to train on, and rows to measure on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, Force


def split(
    file: DataFile,
    training: Annotated[Path, typer.Option("--train", metavar="OUT", help="New file of the rows to train on.")],
    validation: Annotated[Path, typer.Option(metavar="OUT", help="New file of the rows to measure on.")],
    validation_share: Annotated[
        float | None, typer.Option(help="Of all rows, to measure on; 0.1 where neither is given.")
    ] = None,
    validation_rows: Annotated[int | None, typer.Option(help="Rows to measure on.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="The same seed divides the same way.", min=0)] = 0,
    force: Force = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Divide a file by chance; rows that ask the same stay on one side, and classes are in both by their share."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.made_files import fetch_made_files, require_free
    from tuneport.cli.made_files_text import show_split
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    body = {"validation_share": validation_share, "validation_rows": validation_rows, "seed": seed}
    require_free([file], training, validation, replaces=force)
    with connect(endpoint, needs="data desk") as client, uploaded(client, screen, file) as file_id:
        found = client.post_patiently(f"tuneport/files/{file_id}/split", body)
        fetch_made_files(client, {found["training_file_id"]: training, found["validation_file_id"]: validation})
    if as_json:
        screen.document(found)
    else:
        show_split(screen, training, validation, found)
