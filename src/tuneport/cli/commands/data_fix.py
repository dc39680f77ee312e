"""`tuneport data fix`: mistakes put right that leave no doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, Force


def fix(
    file: DataFile,
    out: Annotated[
        Path | None, typer.Option(metavar="OUT", help="New file of the repaired rows; without it nothing is written.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Show what can be put right without guessing, and do it with --out; status 1 if a line cannot be read."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.made_files import fetch_made_files, require_free
    from tuneport.cli.made_files_text import show_fix
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    if out is not None:
        require_free([file], out, replaces=force)
    with connect(endpoint, needs="data desk") as client:
        with uploaded(client, screen, file) as file_id:
            found = client.post_patiently(f"tuneport/files/{file_id}/fix", {"write": out is not None})
        if out is not None:
            fetch_made_files(client, {found["file_id"]: out})
    if as_json:
        screen.document(found)
    else:
        show_fix(screen, file, out, found)
    if found["n_left"]:
        raise typer.Exit(1)
