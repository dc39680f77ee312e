"""What a record says, told by its keys, and the row that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuneport.data.chat import are_messages, check_chat_row
from tuneport.data.convert.alpaca import ANSWER_KEYS, convert_alpaca
from tuneport.data.convert.chat import convert_chat
from tuneport.data.convert.columns import convert_columns, known_columns, unknown_keys
from tuneport.data.convert.options import ConvertOptions, Shape
from tuneport.data.convert.pairs import convert_pair
from tuneport.data.convert.preference import convert_preference
from tuneport.data.convert.prompt_completion import convert_prompt_completion
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Row, with_system
from tuneport.data.convert.sharegpt import CONVERSATION_KEYS, convert_sharegpt
from tuneport.data.formats import Format
from tuneport.data.preference import ANSWERS, answer_key, check_preference_row
from tuneport.data.problems import Findings

_CONVERTERS: dict[Shape, Callable[[dict[str, Any], ConvertOptions, Tally], Row]] = {
    "chat": convert_chat,
    "sharegpt": convert_sharegpt,
    "alpaca": convert_alpaca,
    "prompt_completion": convert_prompt_completion,
    "pairs": convert_pair,
    "preference": convert_preference,
    "columns": convert_columns,
}


def convert_record(value: Any, options: ConvertOptions, tally: Tally) -> tuple[Row, Shape]:
    """Give the row, which a check finds nothing wrong with. Raises `CannotConvert`."""
    record = {"messages": value} if are_messages(value) else value
    if not isinstance(record, dict):
        raise CannotConvert("it is no object with keys")
    shape = options.shape or detect_shape(record)
    if shape is None:
        raise CannotConvert(unknown_keys(record))
    row = _CONVERTERS[shape](record, options, tally)
    if options.system:
        row = with_system(row, options.system, tally)
    _check(row)
    return row, shape


def detect_shape(record: dict[str, Any]) -> Shape | None:
    if {"chosen", "rejected"} <= record.keys():
        return "pairs"
    if "input" in record and not record.keys().isdisjoint(answer_key(record, answer) for answer in ANSWERS):
        return "preference"
    if _has_turns(record):
        return "sharegpt"
    if "messages" in record:
        return "chat"
    if "instruction" in record and not record.keys().isdisjoint(ANSWER_KEYS):
        return "alpaca"
    if {"prompt", "completion"} <= record.keys():
        return "prompt_completion"
    return "columns" if known_columns(record) else None


def format_of(row: Row) -> Format:
    return "preference" if "input" in row else "chat"


def _has_turns(record: dict[str, Any]) -> bool:
    turns = record.get("messages")
    if isinstance(turns, list) and turns and isinstance(turns[0], dict):
        return "from" in turns[0]
    return not record.keys().isdisjoint(set(CONVERSATION_KEYS) - {"messages"})


def _check(row: Row) -> None:
    findings = Findings()
    (check_preference_row if "input" in row else check_chat_row)(row, findings)
    if findings.errors:
        problem = findings.errors[0]
        raise CannotConvert(f"{problem.found}. {problem.instruction}")
