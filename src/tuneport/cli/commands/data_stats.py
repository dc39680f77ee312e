"""`tuneport data stats`: what a file is made of."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson, DataFile, Endpoint, LongestRowOption


def stats(
    file: DataFile,
    model: Annotated[str | None, typer.Option(help="Base model to count for; without it the default one.")] = None,
    method: Annotated[Literal["supervised", "dpo"], typer.Option(help="Training method to count for.")] = "supervised",
    longest_row: LongestRowOption = None,
    openai_tokens: Annotated[
        bool,
        typer.Option("--openai-tokens", help="Fetch OpenAI's tokenizer where it is missing, for the cookbook's count."),
    ] = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Count rows, tokens and trained tokens as a model reads them, what rows share, classes, tools and languages."""
    from tuneport.cli.connection import connect
    from tuneport.cli.data_files import uploaded
    from tuneport.cli.report_parts import read_part
    from tuneport.cli.screen import Screen
    from tuneport.cli.statistics_text import show_statistics

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports") as client, uploaded(client, screen, file) as file_id:
        statistics = read_part(
            client,
            screen,
            file_id,
            "statistics",
            method=method,
            model=model,
            longest_row_tokens=longest_row,
            fetch_openai_tokenizer=openai_tokens,
        )
    if as_json:
        screen.document(statistics)
    else:
        show_statistics(screen, file, statistics)
