"""The messages of a request, in either of OpenAI's wordings for calls."""

from __future__ import annotations

from collections.abc import Sequence

from tuneport.api.chat.wire import MessageRequest
from tuneport.core import InvalidRequest
from tuneport.workspace import Message, ToolCall


def chat_messages(asked: Sequence[MessageRequest]) -> tuple[Message, ...]:
    """Give the messages in our words. Raises `InvalidRequest` for one that lacks what its role needs."""
    messages: list[Message] = []
    id_of_older_call = ""
    for index, message in enumerate(asked):
        # The older call has no id, so it and the result after it get one, as in rows of a file.
        if message.function_call is not None:
            id_of_older_call = f"call_{index}"
        messages.append(_message(index, message, id_of_older_call))
    return tuple(messages)


def _message(index: int, message: MessageRequest, id_of_older_call: str) -> Message:
    is_older_result = message.role == "function"
    content = message.refusal if message.content is None else message.content
    if message.role == "tool" and message.tool_call_id is None:
        raise _missing(f"messages.{index}.tool_call_id")
    if is_older_result and message.name is None:
        raise _missing(f"messages.{index}.name")
    # Many templates would write the word "None".
    if content is None and not (message.tool_calls or message.function_call):
        raise _missing(f"messages.{index}.content")
    return Message(
        role="tool" if is_older_result else message.role,
        content="".join(part.text for part in content) if isinstance(content, list) else content,
        tool_calls=_calls(message, id_of_older_call),
        tool_call_id=id_of_older_call if is_older_result else message.tool_call_id,
        name=message.name,
    )


def _calls(message: MessageRequest, id_of_older_call: str) -> tuple[ToolCall, ...]:
    calls = [(call.id, call.function) for call in message.tool_calls or []]
    if message.function_call is not None:
        calls.append((id_of_older_call, message.function_call))
    return tuple(ToolCall(call_id, function.name, function.arguments) for call_id, function in calls)


def _missing(where: str) -> InvalidRequest:
    return InvalidRequest(f"Missing required parameter: {where!r}.", code="missing_required_parameter", param=where)
