"""The command `tuneport` as a user types it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_tuneport(
    *words: object, home: Path | None = None, url: str | None = None, stdin: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run it against the server at `url`, or against that of `home`; the tester's own settings do not count."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUNEPORT_")}
    if home is not None:
        environment["TUNEPORT_HOME"] = str(home)
    if url is not None:
        environment["TUNEPORT_URL"] = url
    return subprocess.run(
        [sys.executable, "-m", "tuneport.cli", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=seconds,
        check=False,
    )
