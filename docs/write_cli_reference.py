"""Writes docs/cli.md from the command line itself: `python docs/write_cli_reference.py`, `--check` only compares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from generated import write_or_check
from typer.testing import CliRunner

from tuneport.cli import build_app

TARGET = Path(__file__).with_name("cli.md")
WIDTH = 100
INTRODUCTION = """# The command line

This page is written by `docs/write_cli_reference.py` from the commands themselves; do not edit it.

Every command but `tuneport bench` is a client of the HTTP API. It uses the server named by `--endpoint` or
`TUNEPORT_URL`, with the key in
`TUNEPORT_API_KEY`. Without one it uses the server that runs on the home folder (`TUNEPORT_HOME`, by default
`~/.tuneport`), and starts one for the time of the command where none runs.
"""


def reference_text() -> str:
    app = build_app()
    parts = [INTRODUCTION]
    for path in _command_paths(typer.main.get_command(app)):
        title = " ".join(["tuneport", *path])
        result = CliRunner().invoke(app, [*path, "--help"], prog_name="tuneport", terminal_width=WIDTH)
        help_text = "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())
        parts.append(f"## {title}\n\n```text\n{help_text}\n```\n")
    return "\n".join(parts)


def _command_paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, sub_command in getattr(command, "commands", {}).items():
        yield from _command_paths(sub_command, (*path, name))


if __name__ == "__main__":
    write_or_check(TARGET, reference_text())
