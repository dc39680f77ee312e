"""`tuneport data convert`: rows from tables, other programs' records and transcripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, Endpoint, Force, NewFile

_Source = Literal[
    "csv",
    "tsv",
    "xlsx",
    "json",
    "parquet",
    "transcripts",
    "chat",
    "sharegpt",
    "alpaca",
    "prompt_completion",
    "pairs",
    "preference",
    "columns",
]


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            exists=True,
            readable=True,
            help="CSV, TSV, XLSX, JSON or Parquet; a transcript, or a folder or zip of them.",
        ),
    ],
    target: NewFile,
    kind: Annotated[
        _Source | None, typer.Option("--from", help="What it is, or what its records are; without it, told by content.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="PART=COLUMN",
            help="Column of `user`, `assistant`, `system`, `preferred` or `non_preferred`; may be given repeatedly.",
        ),
    ] = None,
    system: Annotated[str | None, typer.Option(help="System message of every row that has none.")] = None,
    assistant: Annotated[
        str, typer.Option(help="Of transcripts: the speaker whose words are to be learned.")
    ] = "assistant",
    encoding: Annotated[
        str | None, typer.Option(help="Such as `cp1252`; UTF-8, UTF-16 and UTF-32 are found without it.")
    ] = None,
    strip_marks: Annotated[
        bool,
        typer.Option("--strip-marks", help="Of prompt and completion: take off old separators and stop texts."),
    ] = False,
    force: Force = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Make rows of tables, of other programs' records or of transcripts; status 1 if a record could not be one."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.made_files import as_one_file, fetch_made_files, require_free
    from tuneport.cli.made_files_text import show_conversion
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    body = {
        "from": kind,
        "map": _mapped(columns or []),
        "system": system,
        "assistant": assistant,
        "encoding": encoding,
        "strip_marks": strip_marks,
    }
    require_free([source], target, replaces=force)
    with connect(endpoint, needs="data desk") as client:
        with as_one_file(source) as file, uploaded(client, screen, file) as file_id:
            found = client.post_patiently(f"tuneport/files/{file_id}/convert", body)
        if found["file_id"] is not None:
            fetch_made_files(client, {found["file_id"]: target})
    if as_json:
        screen.document(found)
    else:
        show_conversion(screen, source, target, found)
    if found["n_refused"] or not found["n_rows"]:
        raise typer.Exit(1)


def _mapped(columns: list[str]) -> dict[str, list[str]]:
    mapped: dict[str, list[str]] = {}
    for given in columns:
        part, equals, column = given.partition("=")
        if not equals or not column:
            raise typer.BadParameter(f"{given!r} is not of the form PART=COLUMN, such as user=question.")
        mapped.setdefault(part.strip(), []).append(column)
    return mapped
