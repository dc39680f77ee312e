"""A child process that is watched while it works, and ended when the pull is."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

WATCH_SECONDS = 0.25


@dataclass(frozen=True)
class ChildOutput:
    returncode: int
    text: str
    """Standard output and standard error."""


def wait_for(command: list[str], environment: Mapping[str, str], on_watch: Callable[[], None]) -> ChildOutput:
    """Run `command` to its end, calling `on_watch` a few times a second; what that raises ends the child."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            on_watch()
            while not _has_ended(child):
                on_watch()
        finally:
            child.kill()
            child.wait()
        output.seek(0)
        return ChildOutput(child.returncode, output.read().decode(errors="replace"))


def folder_bytes(folder: Path) -> int:
    """Give the size of all files below `folder`, some of which may vanish meanwhile."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(timeout=WATCH_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True
