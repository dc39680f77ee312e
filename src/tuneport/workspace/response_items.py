"""What a conversation of the responses API is made of: texts, calls of tools, and what the tools gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tuneport.data import Message, ToolCall
from tuneport.workspace.chat import ChatAnswer, TokenChance, chance_from_json

Role = Literal["user", "system", "developer", "assistant"]


@dataclass(frozen=True)
class TextItem:
    id: str
    role: Role
    text: str
    is_whole: bool = True
    """`False` where the answer's limit cut it."""
    chances: tuple[TokenChance, ...] = ()
    """Of its tokens, where they were asked for."""
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class CallItem:
    id: str
    call_id: str
    name: str
    arguments: str
    is_whole: bool = True
    """`False` where the answer's limit cut its arguments."""
    kind: Literal["call"] = "call"


@dataclass(frozen=True)
class CallOutputItem:
    id: str
    call_id: str
    output: str
    kind: Literal["call_output"] = "call_output"


Item = TextItem | CallItem | CallOutputItem
_KINDS: dict[str, type[TextItem] | type[CallItem] | type[CallOutputItem]] = {
    "text": TextItem,
    "call": CallItem,
    "call_output": CallOutputItem,
}


def item_to_json(item: Item) -> dict[str, Any]:
    return asdict(item)


def item_from_json(record: Mapping[str, Any]) -> Item:
    chances = {"chances": tuple(map(chance_from_json, record["chances"]))} if "chances" in record else {}
    return _KINDS[record["kind"]](**{**record, **chances})


def messages_of(items: Iterable[Item]) -> tuple[Message, ...]:
    """Give the conversation as messages: a text of the assistant and the calls that follow it are one."""
    messages: list[Message] = []
    for item in items:
        match item:
            case TextItem():
                messages.append(Message(item.role, item.text))
            case CallItem():
                _add_call(messages, ToolCall(item.call_id, item.name, item.arguments))
            case CallOutputItem():
                messages.append(Message("tool", item.output, tool_call_id=item.call_id))
    return tuple(messages)


def _add_call(messages: list[Message], call: ToolCall) -> None:
    if messages and messages[-1].role == "assistant":
        last = messages.pop()
        messages.append(Message("assistant", last.content, (*last.tool_calls, call)))
    else:
        messages.append(Message("assistant", None, (call,)))


def answer_items(response_id: str, answer: ChatAnswer) -> tuple[Item, ...]:
    """Give an answer as items, whose ids follow from the response's: a stream names them before it has them."""
    # A limit cuts what comes last.
    is_whole, last_call = answer.finish_reason != "length", len(answer.tool_calls) - 1
    calls = [
        CallItem(call_item_id(response_id, index), call.id, call.name, call.arguments, is_whole or index < last_call)
        for index, call in enumerate(answer.tool_calls)
    ]
    if answer.content or not calls:
        text = answer.content or ""
        return (
            TextItem(text_item_id(response_id), "assistant", text, is_whole or bool(calls), answer.chances),
            *calls,
        )
    return tuple(calls)


def text_item_id(response_id: str) -> str:
    return f"msg_{response_id.removeprefix('resp_')}"


def call_item_id(response_id: str, index: int) -> str:
    return f"fc_{response_id.removeprefix('resp_')}{index}"
