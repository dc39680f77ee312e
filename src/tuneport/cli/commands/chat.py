"""`tuneport chat`: talk to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tuneport.cli.options import Endpoint


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
    endpoint: Endpoint = None,
) -> None:
    """Talk to a model; its tool calls are shown, not made. An empty line or Ctrl-D ends the conversation."""
    from tuneport.cli.chat_turn import read_setting
    from tuneport.cli.connection import connect

    instructions, tools = read_setting(like) if like else ([], [])
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else instructions
    with connect(endpoint) as client:
        while question := message or _next_question():
            messages.append({"role": "user", "content": question})
            messages.append(_answer(client, model, messages, tools))
            if message:
                return


def _next_question() -> str:
    try:
        return input("> ").strip()
    except EOFError:
        return ""


def _answer(client: Any, model: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> dict[str, Any]:
    from tuneport.cli.chat_turn import ask, calls_text

    answer = ask(client, model, messages, tools, on_text=lambda text: typer.echo(text, nl=False))
    if answer["content"]:
        typer.echo()
    if calls := calls_text(answer):
        typer.echo(calls)
    return answer
