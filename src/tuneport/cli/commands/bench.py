"""`tuneport bench`: how Tuneport does beside its peers, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tuneport.cli.options import AsJson
from tuneport.cli.plain_errors import plain_errors

bench = typer.Typer(no_args_is_help=True, help="Measure Tuneport beside its peers, on this machine.")


@bench.callback()
def _group() -> None:
    """Measure Tuneport beside its peers, on this machine."""


@bench.command("train")
@plain_errors
def train(
    data: Annotated[Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Rows.")],
    against: Annotated[Literal["trl"], typer.Option(help="The peer.")] = "trl",
    method: Annotated[Literal["supervised", "dpo"], typer.Option(help="Training method.")] = "supervised",
    rows: Annotated[int, typer.Option(min=1, help="Rows to draw from the file; only full steps are taken.")] = 256,
    batch_size: Annotated[int, typer.Option(min=1, max=256, help="Rows per optimizer step.")] = 16,
    model: Annotated[str | None, typer.Option(help="Base model; without it the default one.")] = None,
    memory_limit_gb: Annotated[
        float | None, typer.Option(min=0.5, help="What each side may take; without it 85 % of the machine's memory.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the same rows with the same adapter, optimizer and steps through a peer and through Tuneport.

    Says how much faster and smaller the run was, and how far apart gradients and losses are.
    """
    from tuneport.cli.peer_comparison import Comparison, run_comparison, show_comparison
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    report = run_comparison(Comparison(data.resolve(), against, method, rows, batch_size, model, memory_limit_gb))
    if as_json:
        screen.document(report)
    else:
        show_comparison(screen, report)


@bench.command("data")
@plain_errors
def data(
    data: Annotated[Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, readable=True, help="Chat rows.")],
    rows: Annotated[
        int, typer.Option(min=100, help="Rows to make out of the file's own, each with a number.")
    ] = 100_000,
    gigabytes: Annotated[float, typer.Option(min=0.3, help="Size of the large file.")] = 1.0,
    model: Annotated[str | None, typer.Option(help="Base model; without it the default one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check and count a data file, beside a parser, a tokenizer and the cookbook's method alone.

    Then the look for near-duplicates, and the check of a large file.
    """
    from tuneport.cli.data_benchmark import run_data_benchmark, show_data_benchmark
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    report = run_data_benchmark(data.resolve(), n_rows=rows, gigabytes=gigabytes, model=model)
    if as_json:
        screen.document(report)
    else:
        show_data_benchmark(screen, report)


@bench.command("serve")
@plain_errors
def serve(
    model: Annotated[str | None, typer.Option(help="Base model; without it the default one.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each measurement is taken.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Answer the same requests with the engine and with transformers' `generate`, in turn.

    One request, 32 at once, 16 adapters in one batch, and a long prompt that another began alike; the answers are
    compared, too.
    """
    from tuneport.cli.screen import Screen
    from tuneport.cli.serve_benchmark import run_serve_benchmark, show_serve_benchmark

    screen = Screen(as_json=as_json)
    report = run_serve_benchmark(model=model, rounds=rounds)
    if as_json:
        screen.document(report)
    else:
        show_serve_benchmark(screen, report)
