"""`tuneport serve`: the server itself, in place of the command."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_PORT = 8410


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; any but a loopback one needs a key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = DEFAULT_PORT,
    home: Annotated[
        Path | None, typer.Option(envvar="TUNEPORT_HOME", help="Folder for all that the server keeps.")
    ] = None,
) -> None:
    """Run the server until it is stopped.

    More is set in settings.toml in the home folder, or by the environment: docs/settings.md has all of it.
    """
    arguments = ["--host", host, "--port", str(port), *(["--home", str(home)] if home else [])]
    os.execv(sys.executable, [sys.executable, "-m", "tuneport.api", *arguments])
