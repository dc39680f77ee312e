"""`tuneport data dedupe`: each row once."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, Force, NewFile


def dedupe(
    file: DataFile,
    target: NewFile,
    by: Annotated[
        Literal["row", "prompt"], typer.Option(help="What must be equal: all, or what stands before the last reply.")
    ] = "row",
    force: Force = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Keep the first of equal rows, whatever the order of their keys."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.made_files import fetch_made_files, require_free
    from tuneport.cli.made_files_text import show_deduplication
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    require_free([file], target, replaces=force)
    with connect(endpoint, needs="data desk") as client:
        with uploaded(client, screen, file) as file_id:
            found = client.post_patiently(f"tuneport/files/{file_id}/dedupe", {"by": by})
        fetch_made_files(client, {found["file_id"]: target})
    if as_json:
        screen.document(found)
    else:
        show_deduplication(screen, target, found)
