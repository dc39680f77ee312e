"""`tuneport chat`: talk to a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuneport.cli.options import Endpoint

if TYPE_CHECKING:
    from tuneport.cli.talk import Talk


def chat(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A base model or a tuned one, `ft:…`.")],
    message: Annotated[str | None, typer.Option("--message", help="Ask this once instead of a conversation.")] = None,
    system: Annotated[str | None, typer.Option("--system", help="Instructions before the conversation.")] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Take instructions and tools from a data file's first row.",
        ),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Ask this model too, side by side; `base` is MODEL's own base.")
    ] = None,
    endpoint: Endpoint = None,
) -> None:
    """Talk to a model; its tool calls are shown, not made. An empty line or Ctrl-D ends the conversation."""
    from tuneport.cli.chat_turn import read_setting
    from tuneport.cli.connection import connect
    from tuneport.cli.screen import Screen
    from tuneport.cli.talk import Talk
    from tuneport.cli.two_answers import ask_both, other_model

    instructions, tools = read_setting(like) if like else ([], [])
    if system:
        instructions = [{"role": "system", "content": system}]
    with connect(endpoint) as client:
        names = (model,) if against is None else (model, other_model(client, model, against))
        talks = [Talk(client, name, instructions, tools) for name in names]
        while question := message or _next_question():
            if len(talks) == 2:
                ask_both(Screen(), (talks[0], talks[1]), question)
            else:
                _answer(talks[0], question)
            if message:
                return


def _next_question() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _answer(talk: Talk, question: str) -> None:
    from tuneport.cli.chat_turn import calls_text
    from tuneport.cli.token_text import without_control

    # A model may say what a terminal would act on.
    answer = talk.ask(question, lambda text: typer.echo(without_control(text), nl=False))
    if answer["content"]:
        typer.echo()
    if calls := calls_text(answer):
        typer.echo(without_control(calls))
