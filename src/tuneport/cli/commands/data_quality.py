"""`tuneport data quality`: what is in a file twice, cut off, secret or out of place."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint


def quality(
    file: DataFile,
    validation: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Say what of it is in FILE too."),
    ] = None,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Say what is in a file twice, cut off, secret or out of place. What is found is never repeated, only where."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.quality_text import read_quality, show_quality
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with ExitStack() as stack:
        client = stack.enter_context(connect(endpoint, needs="data reports"))
        file_id = stack.enter_context(uploaded(client, screen, file))
        validation_id = None if validation is None else stack.enter_context(uploaded(client, screen, validation))
        found = read_quality(client, screen, file_id, validation_id)
    if as_json:
        screen.document(found)
    else:
        show_quality(screen, file, found)
