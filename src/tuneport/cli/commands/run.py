"""`tuneport run`: the main job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tuneport.cli.options import (
    AdapterOption,
    AsJson,
    Endpoint,
    JobFileOption,
    LongestRowOption,
    NewTokenOption,
    PresetOption,
    RankOption,
    RankStabilizedOption,
)

if TYPE_CHECKING:
    from tuneport.cli.client import Client
    from tuneport.cli.main_job import MainJob
    from tuneport.cli.screen import Screen


def run(
    training_file: Annotated[
        Path, typer.Argument(metavar="TRAIN", exists=True, dir_okay=False, readable=True, help="Rows to train on.")
    ],
    validation_file: Annotated[
        Path | None,
        typer.Option("--validation", metavar="FILE", exists=True, dir_okay=False, help="Rows to measure on."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Base or tuned model to begin with; `tuneport models list` names them.")
    ] = None,
    method: Annotated[
        Literal["supervised", "dpo"] | None,
        typer.Option(help="How to train: `supervised`, the default, or `dpo`, which takes pairs of answers."),
    ] = None,
    suffix: Annotated[str | None, typer.Option(help="Word in the tuned model's name, 1 to 64 characters.")] = None,
    n_epochs: Annotated[int | None, typer.Option(help="Times to go through the rows.", min=1, max=50)] = None,
    batch_size: Annotated[int | None, typer.Option(help="Rows per step.", min=1, max=256)] = None,
    learning_rate_multiplier: Annotated[float | None, typer.Option(help="Times the automatic rate.")] = None,
    beta: Annotated[
        float | None, typer.Option(help="Of `dpo`: a higher one, up to 2, keeps the model nearer to what it was.")
    ] = None,
    stop_after_worse_epochs: Annotated[
        int | None,
        typer.Option(help="End early once the validation loss has not improved for so many epochs.", min=1),
    ] = None,
    adapter: AdapterOption = None,
    rank: RankOption = None,
    rank_stabilized: RankStabilizedOption = False,
    new_token: NewTokenOption = None,
    longest_row: LongestRowOption = None,
    preset: PresetOption = None,
    job_file: JobFileOption = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same model.", min=0, max=2**31 - 1)] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Keep serving the model until Ctrl-C.")] = False,
    as_json: AsJson = False,
    endpoint: Endpoint = None,
) -> None:
    """Fine-tune a model on a file of rows, measure it, and show an answer of it; `--serve` goes on serving it."""
    from tuneport.cli.job_file import merged, read_job_file
    from tuneport.cli.tuning_fields import tuning_fields

    chosen = {
        "n_epochs": n_epochs,
        "batch_size": batch_size,
        "learning_rate_multiplier": learning_rate_multiplier,
        "beta": beta,
    }
    extras = {
        "stop_after_worse_epochs": stop_after_worse_epochs,
        "preset": preset,
        **tuning_fields(adapter, rank, new_token or [], is_rank_stabilized=rank_stabilized, longest_row=longest_row),
    }
    options: dict[str, Any] = {"model": model, "method": method, "suffix": suffix, "seed": seed}
    options |= {"hyperparameters": chosen, "tuneport": extras}
    request = merged({} if job_file is None else read_job_file(job_file), options)
    job = _main_job(training_file, validation_file, request)
    if not _run(job, endpoint, serve=serve, as_json=as_json):
        raise typer.Exit(1)


def _main_job(training_file: Path, validation_file: Path | None, request: dict[str, Any]) -> MainJob:
    """Raises `typer.BadParameter` for what contradicts itself."""
    from tuneport.cli.main_job import MainJob
    from tuneport.config import default_home, read_settings

    wanted = request.get("method", "supervised")
    if request["hyperparameters"].get("beta") is not None and wanted != "dpo":
        raise typer.BadParameter(
            f"the method {wanted!r} has no beta. Leave it out, or add --method dpo.", param_hint="--beta"
        )
    if request["tuneport"].get("stop_after_worse_epochs") is not None and validation_file is None:
        raise typer.BadParameter(
            "there are no rows by whose loss an epoch could be worse. Leave it out, or add --validation FILE.",
            param_hint="--stop-after-worse-epochs",
        )
    return MainJob(
        training_file=training_file,
        validation_file=validation_file,
        model=request.get("model") or read_settings(os.environ, default_home()).default_model,
        method=wanted,
        suffix=request.get("suffix"),
        seed=request.get("seed"),
        hyperparameters=request["hyperparameters"],
        metadata=request.get("metadata"),
        extras=request["tuneport"],
    )


def _run(job: MainJob, endpoint: str | None, *, serve: bool, as_json: bool) -> bool:
    """Do the job on the server of `endpoint`; says whether it ended well."""
    from tuneport.cli.connection import connect
    from tuneport.cli.main_job import run_main_job
    from tuneport.cli.screen import Screen

    screen = Screen(as_json=as_json)
    with connect(endpoint, needs="data reports and comparisons") as client:
        stays = serve or client.stays
        document = run_main_job(client, screen, job, stays=stays)
        _show_end(screen, document, url=client.url if stays else None, training_file=job.training_file)
        if serve and document["status"] == "succeeded":
            _serve_until_interrupt(screen, client)
    return bool(document["status"] == "succeeded")


def _show_end(screen: Screen, document: dict[str, Any], *, url: str | None, training_file: Path) -> None:
    from tuneport.cli.main_job import is_raw_text
    from tuneport.cli.next_steps import next_steps_text, program_name

    if document["model"]:
        text = next_steps_text(
            document["model"],
            url=url,
            training_file=training_file,
            is_raw_text=is_raw_text(document),
            program=program_name(),
        )
        screen.say(text)
    if screen.as_json:
        screen.document(document)


def _serve_until_interrupt(screen: Screen, client: Client) -> None:
    import signal

    screen.say(f"\nServing at {client.url} until Ctrl-C.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        screen.say("Stopped serving.")
