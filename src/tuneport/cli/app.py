"""The `tuneport` command with all its sub-commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from tuneport import __version__
from tuneport.cli.commands.bench import bench
from tuneport.cli.commands.chat import chat
from tuneport.cli.commands.compare import compare
from tuneport.cli.commands.costs import costs
from tuneport.cli.commands.data import data
from tuneport.cli.commands.deploy import deploy
from tuneport.cli.commands.doctor import doctor
from tuneport.cli.commands.jobs import jobs
from tuneport.cli.commands.keys import keys
from tuneport.cli.commands.models import models
from tuneport.cli.commands.projects import projects
from tuneport.cli.commands.run import run
from tuneport.cli.commands.serve import serve
from tuneport.cli.commands.webhooks import webhooks
from tuneport.cli.plain_errors import plain_errors

_GROUPS = {
    "models": models,
    "jobs": jobs,
    "data": data,
    "deploy": deploy,
    "keys": keys,
    "projects": projects,
    "webhooks": webhooks,
    "bench": bench,
}
_COMMANDS: tuple[Callable[..., None], ...] = (run, serve, chat, compare, costs, doctor)


def build_app() -> typer.Typer:
    """Give the Typer app, with plain help: it needs no Rich, so it shows at once."""
    app = typer.Typer(
        name="tuneport",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="The fine-tuning service that you own: OpenAI's fine-tuning API on your own machine, with open models.",
        epilog="Exit status: 0 good, 1 the work failed or the data has errors, 2 the command was used wrongly.",
    )
    app.callback()(_options)
    for command in _COMMANDS:
        app.command()(plain_errors(command))
    for name, group in _GROUPS.items():
        app.add_typer(group, name=name)
    return app


def main() -> None:
    build_app()()


def _show_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"tuneport {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Options of `tuneport` itself."""
