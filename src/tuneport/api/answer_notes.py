"""What an answer's reader has to know of how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from tuneport.workspace import FormRule, rule_notices


class AnswerNotes(BaseModel):
    """What only Tuneport has on an answer."""

    notices: list[str]


def notes_on(tools: Sequence[dict[str, Any]], form: FormRule | None) -> AnswerNotes | None:
    """Say what of these tools, in the form of chat completions, and of the form does not hold; `None` if all does."""
    notices = rule_notices(tools, form)
    return AnswerNotes(notices=notices) if notices else None
