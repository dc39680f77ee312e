"""Alpaca's records: `instruction`, `input`, `output`, and some have `system` and `history`."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.cells import decoded, text_if_any, text_of
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Message, Row, chat_row, message

ANSWER_KEYS = ("output", "response")
_KEYS = frozenset({"instruction", "input", "system", "history", *ANSWER_KEYS})


def convert_alpaca(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Make the instruction, and below it the input, the user's message."""
    tally.note_keys(record.keys() - _KEYS)
    system = text_if_any(record.get("system"))
    answer = next((key for key in ANSWER_KEYS if key in record), ANSWER_KEYS[0])
    return chat_row(
        [
            *([message("system", system)] if system else []),
            *_turns_before(record.get("history")),
            message("user", instruction_of(record)),
            message("assistant", text_of(record.get(answer), answer)),
        ]
    )


def instruction_of(record: dict[str, Any]) -> str:
    """Give what is asked: the instruction, and below it the input where there is one."""
    instruction = text_of(record.get("instruction"), "instruction")
    given = text_if_any(record.get("input"))
    return f"{instruction}\n\n{given}" if given else instruction


def _turns_before(history: Any) -> list[Message]:
    turns = decoded(history, "history") if history else []
    if not isinstance(turns, list) or not all(isinstance(turn, list) and len(turn) == 2 for turn in turns):
        raise CannotConvert("its history is not a list of pairs, question and answer")
    roles = ("user", "assistant")
    return [message(role, text_of(text, "history")) for turn in turns for role, text in zip(roles, turn, strict=True)]
