"""Records of a `chosen` and a `rejected` answer, in the ways that they are published."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.alpaca import instruction_of
from tuneport.data.convert.cells import decoded, text_if_any, text_of
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Message, Row, message, preference_row
from tuneport.data.convert.sharegpt import chat_messages, declared_tools

_PROMPT_KEYS = ("prompt", "question", "query", "conversations", "messages")
_KEYS = frozenset({"chosen", "rejected", "system", "tools", "instruction", "input", *_PROMPT_KEYS})


def convert_pair(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Raises `CannotConvert` where it does not show what the two answers answer."""
    tally.note_keys(record.keys() - _KEYS)
    chosen, rejected = (_messages(record.get(key), key, tally) for key in ("chosen", "rejected"))
    asked = _asked(record, tally)
    if asked is None:
        asked = chosen[:-1]
        if asked != rejected[:-1]:
            raise CannotConvert("'chosen' and 'rejected' do not begin with the same messages")
    if not asked:
        raise CannotConvert("what the two answers answer is not told by the row")
    for answer in (chosen, rejected):
        if answer[:-1] not in ([], asked):
            raise CannotConvert("the answers have other messages before them than the prompt")
    system = text_if_any(record.get("system"))
    start = [message("system", system)] if system else []
    return preference_row([*start, *asked], chosen[-1], rejected[-1], declared_tools(record.get("tools")))


def _asked(record: dict[str, Any], tally: Tally) -> list[Message] | None:
    """Give the messages before the answers; `None` where they stand in the answers alone."""
    if "instruction" in record:
        return [message("user", instruction_of(record))]
    key = next((key for key in _PROMPT_KEYS if record.get(key)), None)
    if key is None:
        return None
    given = record[key]
    return chat_messages(given, tally) if isinstance(given, list) else [message("user", text_of(given, key))]


def _messages(given: Any, key: str, tally: Tally) -> list[Message]:
    """Give an answer that is a text, a message, or a conversation that ends on it."""
    if isinstance(given, str) and given.lstrip().startswith(("[{", "{")):
        given = decoded(given, key)
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        return [message("assistant", text_of(given, key))]
    messages = chat_messages(given, tally)
    if not messages or messages[-1]["role"] != "assistant":
        raise CannotConvert(f"{key!r} does not end on a message of the assistant")
    return messages
