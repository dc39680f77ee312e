"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Endpoint = Annotated[
    str | None,
    typer.Option(
        "--endpoint",
        envvar="TUNEPORT_URL",
        metavar="URL",
        help="Server to use. Without it: the one that runs on TUNEPORT_HOME, or one started for this command.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to standard error.")]
DataFile = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="JSON lines, one row a line.")
]
