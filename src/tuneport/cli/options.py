"""Options that several commands share, and those that say what a run trains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

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

NewFile = Annotated[Path, typer.Argument(metavar="OUT", help="New file of JSON lines.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already; never the one read.")]

HtmlPage = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="OUT",
        dir_okay=False,
        writable=True,
        help="Write it as one HTML page that needs no other file; a file of that name is replaced.",
    ),
]

AdapterOption = Annotated[
    Literal["lora", "dora", "qlora", "full"] | None,
    typer.Option(help="What is trained: an adapter, `qlora` over a base in four bits, or `full`, every weight."),
]

RankOption = Annotated[int | None, typer.Option(help="Width of the adapter, 16 if not given.", min=1, max=1024)]

RankStabilizedOption = Annotated[
    bool, typer.Option("--rank-stabilized", help="Scale the adapter by the square root of its rank.")
]

LongestRowOption = Annotated[
    int | None,
    typer.Option(
        "--longest-row",
        metavar="TOKENS",
        min=16,
        help="Cut rows at so many tokens; without it at the model's own limit.",
    ),
]

PresetOption = Annotated[
    Literal["cpu", "qlora-8gb", "qlora-16gb", "qlora-24gb", "lora-48gb", "lora-80gb"] | None,
    typer.Option(help="What to choose by the memory of the machine; other options count more."),
]

JobFileOption = Annotated[
    Path | None,
    typer.Option(
        "--job",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A job's request in TOML or JSON; options beside it count more. docs/kinds-of-training.md shows one.",
    ),
]

NewTokenOption = Annotated[
    list[str] | None, typer.Option(help="Text that becomes one token, and is trained; may be given repeatedly.")
]
