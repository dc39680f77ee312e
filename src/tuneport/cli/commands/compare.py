"""`tuneport compare`: measure a tuned model again, on the rows of its job or on others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tuneport.cli.options import AsJson, Endpoint


def compare(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Tuned model, `ft:…`.")],
    validation_file: Annotated[
        Path | None,
        typer.Option(
            "--validation",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Rows to measure on, instead of those of the model's job.",
        ),
    ] = None,
    max_rows: Annotated[
        int | None, typer.Option(help="Measure on the first so many rows, at most 10,000; 1,000 if not given.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses the rows that go into the few-shot prompt.", min=0)] = 0,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Compare a tuned model with its base model, with and without examples in the prompt.

    Right is an answer with the same text as the row's own, the same JSON value, or the same calls with the same
    arguments, so this suits short fixed answers; free text is hardly ever the same. Rows that the training file asks as
    well are left out.
    """
    from tuneport.cli.comparison_follow import (
        choose_telling_answers,
        read_answers,
        run_comparison,
        show_answers,
        show_comparison,
    )
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen
    from tuneport.cli.tuned_model_job import comparison_body

    screen = Screen(as_json=as_json)
    limits: dict[str, Any] = {"max_rows": max_rows, "seed": seed}
    with (
        connect(endpoint, needs="comparisons") as client,
        comparison_body(client, screen, model, validation_file) as body,
    ):
        comparison = run_comparison(client, screen, body | limits)
        answers = read_answers(client, comparison)
    if as_json:
        screen.document({"comparison": comparison, "answers": answers})
    else:
        show_comparison(screen, comparison, few_shot_rows=body["few_shot_rows"])
        show_answers(screen, choose_telling_answers(answers))
