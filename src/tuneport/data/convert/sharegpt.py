"""ShareGPT's records: `conversations` of turns `from` and `value`."""

from __future__ import annotations

from typing import Any

from tuneport.data.convert.cells import decoded, joined, text_if_any, text_of
from tuneport.data.convert.options import ConvertOptions
from tuneport.data.convert.record import CannotConvert
from tuneport.data.convert.report import Tally
from tuneport.data.convert.rows import Message, Row, chat_row, message, up_to_last_reply

CONVERSATION_KEYS = ("conversations", "conversation", "messages")
_ROLE_OF_SPEAKER = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "system": "system",
    "function_call": "call",
    "tool_call": "call",
    "tool": "result",
    "observation": "result",
    "function_response": "result",
    "tool_response": "result",
}

_KEPT_KEYS = {
    "user": {"name"},
    "system": {"name"},
    "assistant": {"name", "weight", "tool_calls"},
    "call": {"weight"},
    "result": {"name", "tool_call_id"},
}
"""Of a turn, by what it becomes: what its message says besides."""


def convert_sharegpt(record: dict[str, Any], options: ConvertOptions, tally: Tally) -> Row:
    """Raises `CannotConvert` for a turn of an unknown speaker, or a result that no call waits for."""
    key = next((key for key in CONVERSATION_KEYS if key in record), None)
    turns = decoded(record[key], key) if key else None
    if not isinstance(turns, list) or not turns:
        raise CannotConvert("it has no list of turns under 'conversations'")
    tally.note_keys(record.keys() - {key, "system", "tools"})
    messages = up_to_last_reply(chat_messages(turns, tally), tally)
    system = text_if_any(record.get("system"))
    if system:
        messages.insert(0, message("system", system))
    return chat_row(messages, declared_tools(record.get("tools")))


def chat_messages(turns: list[Any], tally: Tally) -> list[Message]:
    """Give the turns as messages; a call and its result get an id of their own, where they have none.

    What is said of a turn besides is kept where such a message may have it; other keys are noted.
    """
    messages: list[Message] = []
    open_call: str | None = None
    for number, turn in enumerate(turns, start=1):
        role, value = _role_and_value(turn, number)
        kept = _kept(turn, role, tally)
        if role == "call":
            open_call = f"call_{number}"
            made = _call(value, open_call)
        elif role == "result":
            if kept.setdefault("tool_call_id", open_call) is None:
                raise CannotConvert(f"turn {number} is a tool's result, but no turn before it is a call")
            made = message("tool", text_if_any(joined(value)) or "")
            open_call = None
        elif "tool_calls" in kept:
            made = {"role": role, "content": text_if_any(joined(value))}
        else:
            made = message(role, text_of(joined(value), f"value of turn {number}"))
        messages.append(made | kept)
    return messages


def declared_tools(given: Any) -> list[Any] | None:
    """Give OpenAI's tool objects of what may be bare functions, or JSON text of them."""
    tools = decoded(given, "tools") if given else None
    if not tools:
        return None
    if not isinstance(tools, list):
        raise CannotConvert("its tools are not a list")
    return [
        {"type": "function", "function": tool} if isinstance(tool, dict) and "function" not in tool else tool
        for tool in tools
    ]


def _role_and_value(turn: Any, number: int) -> tuple[str, Any]:
    if not isinstance(turn, dict):
        raise CannotConvert(f"turn {number} is no object")
    speaker = turn.get("from", turn.get("role"))
    role = _ROLE_OF_SPEAKER.get(str(speaker).strip().lower())
    if role is None:
        known = ", ".join(_ROLE_OF_SPEAKER)
        raise CannotConvert(f"turn {number} is from {str(speaker)[:40]!r}; known are {known}")
    return role, turn.get("value", turn.get("content"))


def _kept(turn: dict[str, Any], role: str, tally: Tally) -> dict[str, Any]:
    read = {"from" if "from" in turn else "role", "value" if "value" in turn else "content"}
    given = {key: value for key, value in turn.items() if key not in read and value is not None}
    tally.note_keys(given.keys() - _KEPT_KEYS[role], " of turns")
    return {key: value for key, value in given.items() if key in _KEPT_KEYS[role]}


def _call(value: Any, call_id: str) -> Message:
    call = decoded(value, "the call")
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        raise CannotConvert("a call is no object with a name")
    arguments = call.get("arguments", call.get("parameters", {}))
    function = {"name": call["name"], "arguments": text_if_any(arguments) or "{}"}
    return {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]}
