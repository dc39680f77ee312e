"""Messages → rows, as the formats of this service have them."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally

Message = dict[str, Any]
Row = dict[str, Any]
LEFT_OUT_END = "messages after the last reply left out"
_INSTRUCTING_ROLES = ("system", "developer")


def message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def chat_row(messages: list[Message], tools: list[Any] | None = None) -> Row:
    return {"messages": messages, **({"tools": tools} if tools else {})}


def preference_row(asked: list[Message], preferred: Message, other: Message, tools: list[Any] | None = None) -> Row:
    return {"input": chat_row(asked, tools), "preferred_output": [preferred], "non_preferred_output": [other]}


def question_and_answer(question: str, answer: str, system: str | None = None) -> Row:
    start = [message("system", system)] if system else []
    return chat_row([*start, message("user", question), message("assistant", answer)])


def up_to_last_reply(messages: list[Message], tally: Tally) -> list[Message]:
    """Leave out what nobody answered. Raises `CannotConvert` where nobody answered anything."""
    replies = [place for place, one in enumerate(messages) if one.get("role") == "assistant"]
    if not replies:
        raise CannotConvert("it has no message of the assistant")
    if replies[-1] + 1 < len(messages):
        tally.note(LEFT_OUT_END)
    return messages[: replies[-1] + 1]


def with_system(row: Row, text: str, tally: Tally) -> Row:
    """Begin the row with the system message `text`, unless it has its own."""
    part = row.get("input", row)
    messages = part["messages"]
    if messages and isinstance(messages[0], dict) and messages[0].get("role") in _INSTRUCTING_ROLES:
        tally.note("system messages of the file kept")
    else:
        part["messages"] = [message("system", text), *messages]
    return row
