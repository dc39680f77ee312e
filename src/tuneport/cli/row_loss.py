"""A row token by token in the terminal: what carries loss, what is special, where it is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuneport.cli.client import Client
from tuneport.cli.screen import Screen
from tuneport.cli.token_text import ANSWER_TITLES, counts_text, part_text, visible_text, weight_mark, why_left_out

Piece = tuple[str, str]
"""Text and its style."""

_LOSS_STYLES = ("black on green", "black on bright_green")
"""Taken in turn, so that the bounds between tokens show."""
_OTHER_WEIGHT_STYLE = "black on yellow"
_SPECIAL_STYLE = "cyan"
_CUT_STYLE = "strike dim"
_OPEN, _CLOSE = "⟦", "⟧"


def read_row_loss(client: Client, file_id: str, number: int, **options: Any) -> dict[str, Any]:
    """Give one row of an uploaded file as a job would train it; options that are `None` are not asked for."""
    return client.get(
        f"files/{file_id}/rows/{number}/loss", **{name: value for name, value in options.items() if value is not None}
    )


def show_row_loss(screen: Screen, path: Path, found: dict[str, Any]) -> None:
    screen.say(f"{path} line {found['line']}, as {found['model']} is trained on it ({found['method']}):")
    for row in found["rows"]:
        screen.say()
        if row["answer"]:
            screen.say(ANSWER_TITLES[row["answer"]], style="bold")
        _show_tokens(screen, row)
        screen.say(counts_text(row), style="bold")
    if not found["is_trained"]:
        screen.say(why_left_out(found), style="yellow")
    screen.say()
    screen.say_styled(_legend(screen.has_colour))


def _show_tokens(screen: Screen, row: dict[str, Any]) -> None:
    render = _coloured if screen.has_colour else _bracketed
    screen.say_styled(render([token for token in row["tokens"] if not token["is_cut"]]))
    if row["cut_at"] is not None:
        screen.say(f"─── cut here, after {row['cut_at']:,} tokens: training does not see the rest ───", style="red")
        screen.say_styled([(_shown(token), _CUT_STYLE) for token in row["tokens"] if token["is_cut"]])
        n_hidden = row["n_tokens_cut"] - sum(token["is_cut"] for token in row["tokens"])
        if n_hidden:
            screen.say(f"… and {n_hidden:,} tokens more")


def _coloured(tokens: list[dict[str, Any]]) -> list[Piece]:
    pieces: list[Piece] = []
    weight, n_with_loss = 0.0, 0
    for token in tokens:
        if token["weight"] != weight:
            weight = token["weight"]
            pieces.append((weight_mark(weight), "bold yellow"))
        style = _SPECIAL_STYLE if token["is_special"] else ""
        if weight:
            style = _LOSS_STYLES[n_with_loss % 2] if weight == 1 else _OTHER_WEIGHT_STYLE
            n_with_loss += 1
        pieces.append((_shown(token), style))
    return pieces


def _bracketed(tokens: list[dict[str, Any]]) -> list[Piece]:
    """Put brackets around each run of tokens of one weight: no style is needed to see them."""
    pieces: list[Piece] = []
    weight = 0.0
    for token in tokens:
        if token["weight"] != weight:
            pieces += [(_CLOSE, "")] if weight else []
            weight = token["weight"]
            pieces += [(_OPEN + weight_mark(weight), "")] if weight else []
        pieces.append((_shown(token), ""))
    return [*pieces, (_CLOSE, "")] if weight else pieces


def _shown(token: dict[str, Any]) -> str:
    return visible_text(token["text"]) if token["text"] else part_text(token)


def _legend(has_colour: bool) -> list[Piece]:
    if not has_colour:
        loss = f"{_OPEN}…{_CLOSE} carries loss, {_OPEN}0.5: …{_CLOSE} with another weight than 1"
        return [(f"{loss}; {_OTHER_SIGNS}", "")]
    return [
        ("carries loss", _LOSS_STYLES[0]),
        (" ", ""),
        ("token by token", _LOSS_STYLES[1]),
        (", ", ""),
        ("with another weight than 1", _OTHER_WEIGHT_STYLE),
        (", ", ""),
        ("special token", _SPECIAL_STYLE),
        (f"; {_OTHER_SIGNS}", ""),
    ]


_OTHER_SIGNS = "↵ is a line break, ⟨f0 9f⟩ a token with a part of the character that follows it"
