"""`tuneport data traffic`: how like real requests a training file is."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint


def traffic(
    file: DataFile,
    requests: Annotated[
        Path,
        typer.Argument(
            metavar="REQUESTS", exists=True, dir_okay=False, readable=True, help="JSONL of requests as they were sent."
        ),
    ],
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Say which real requests are unlike the rows of a file: in what they ask, their instructions and their tools."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.report_parts import read_part
    from tuneport.cli.screen import Screen
    from tuneport.cli.traffic_text import show_traffic

    screen = Screen(as_json=as_json)
    with ExitStack() as stack:
        client = stack.enter_context(connect(endpoint, needs="data reports"))
        file_id = stack.enter_context(uploaded(client, screen, file))
        requests_id = stack.enter_context(uploaded(client, screen, requests))
        found = read_part(client, screen, file_id, "traffic", traffic_file=requests_id)
    if as_json:
        screen.document(found)
    else:
        show_traffic(screen, file, found)
