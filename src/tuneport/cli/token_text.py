"""Tokens and counts of a row in words and signs, for the terminal and for pages."""

from __future__ import annotations

from typing import Any

from tuneport.cli.human_numbers import plural

ANSWER_TITLES = {"preferred": "Preferred answer", "non_preferred": "Non-preferred answer"}

_FIRST_PICTURE = 0x2400
# Text of a file may hold what a terminal or a browser would act on.
_PICTURES = {code: _FIRST_PICTURE + code for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: 0x2421}
_PICTURES |= dict.fromkeys(range(0x80, 0xA0), 0x2426)


def without_control(text: str) -> str:
    """Give `text` with a picture in place of each control character but tab and line break."""
    return text.translate(_PICTURES)


def visible_text(text: str) -> str:
    """Give `text` with its tabs, line breaks and control characters to be seen."""
    return without_control(text).replace("\t", "⇥\t").replace("\n", "↵\n")


def part_text(token: dict[str, Any]) -> str:
    """Give the bytes of a token that holds a part of a character, or its id where they are not known."""
    content = token["bytes"]
    return f"⟨{bytes(content).hex(' ')}⟩" if content is not None else f"⟨#{token['id']}⟩"


def weight_mark(weight: float) -> str:
    """Give what stands before tokens of a weight that is neither 0 nor 1, and nothing for those two."""
    return "" if weight in (0, 1) else f"{weight:g}: "


def counts_text(row: dict[str, Any]) -> str:
    """Say how many tokens a row has, and how many carry loss."""
    loss = f"{row['n_loss_tokens']:,} of them with loss"
    if row["loss_weight"] != row["n_loss_tokens"]:
        loss += f", of weight {row['loss_weight']:g} together"
    cut = f"; {plural(row['n_tokens_cut'], 'token')} more cut off" if row["n_tokens_cut"] else ""
    return f"{plural(row['n_tokens'], 'token')}, {loss}{cut}"


def why_left_out(found: dict[str, Any]) -> str:
    """Say why training leaves a row out."""
    if all(row["n_loss_tokens"] for row in found["rows"]):
        return "A job leaves this row out: its two answers are the same tokens, so neither is preferred."
    what = "one of its answers" if len(found["rows"]) > 1 else "it"
    return f"A job leaves this row out: no token of {what} carries loss."
