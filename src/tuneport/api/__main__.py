"""`python -m tuneport.api`: the server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tuneport.api.server import serve
from tuneport.config import DEFAULT_PORT, default_home, read_settings
from tuneport.core import TuneportError


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tuneport.api", description="Run the Tuneport server.")
    parser.add_argument("--home", type=Path, default=None, help="folder for everything it keeps")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; any but this machine needs a key")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--until-unused", action="store_true", help="leave when no command leases this server")
    options = parser.parse_args(arguments)
    home = options.home.expanduser().resolve() if options.home else default_home()
    try:
        settings = read_settings(
            # Keys come by the environment: other users of the machine can read a command line.
            os.environ,
            home,
            host=options.host,
            port=options.port,
            until_unused=options.until_unused,
        )
    except TuneportError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return serve(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
