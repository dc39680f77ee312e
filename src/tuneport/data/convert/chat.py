"""Records that are chat rows already, or a bare list of messages."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.cells import decoded
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Row, up_to_last_reply
from tuneport.data.rules import MESSAGE_KEYS, ROW_KEYS


def convert_chat(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Give the row without keys that no row has; in tables, lists may stand as JSON text."""
    row = {key: record[key] for key in ROW_KEYS if record.get(key) is not None}
    tally.note_keys(record.keys() - set(ROW_KEYS))
    for key in ("messages", "tools", "functions"):
        if key in row:
            row[key] = decoded(row[key], key)
    messages = row.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise CannotConvert("its messages are not a list of objects")
    row["messages"] = up_to_last_reply([_message(message, tally) for message in messages], tally)
    return row


def _message(given: dict[str, Any], tally: Tally) -> dict[str, Any]:
    tally.note_keys(given.keys() - set(MESSAGE_KEYS), " of messages")
    return {key: given[key] for key in MESSAGE_KEYS if key in given and (given[key] is not None or key == "content")}
