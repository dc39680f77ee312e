"""What an answer's reader has to know of how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel


class AnswerNotes(BaseModel):
    """What only Tuneport has on an answer."""

    notices: list[str]


def notes_on(tools: Sequence[dict[str, Any]]) -> AnswerNotes | None:
    """Say what of these tools, in the form of chat completions, does not hold here; `None` where all does."""
    strict = [tool["function"]["name"] for tool in tools if tool["function"].get("strict")]
    if not strict:
        return None
    names = ", ".join(map(repr, strict))
    return AnswerNotes(
        notices=[
            f"'strict' is true for {names}: this server does not hold the arguments of calls to their schema yet. "
            "Check them before use."
        ]
    )
