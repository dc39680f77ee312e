"""Between completions of the workspace and completions on the wire."""

from __future__ import annotations

from tuneport.api.chat.wire import (
    CallOfTool,
    Choice,
    ChunkChoice,
    CompletionObject,
    CompletionRequest,
    DeltaObject,
    DeltaToolCall,
    FunctionObject,
    MessageObject,
    MessageRequest,
    PromptTokens,
    ToolCallObject,
    UsageObject,
)
from tuneport.core import InvalidRequest
from tuneport.workspace import ChatAnswer, ChatDelta, ChatRequest, Message, ToolCall, Usage

DEFAULT_TEMPERATURE = 1.0
DEFAULT_TOP_P = 1.0


def chat_request(body: CompletionRequest) -> ChatRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for a tool's answer that names no call."""
    tools = [] if body.tool_choice == "none" else body.tools or []
    stop = [body.stop] if isinstance(body.stop, str) else body.stop or []
    return ChatRequest(
        model=body.model,
        messages=tuple(_message(index, message) for index, message in enumerate(body.messages)),
        # What was not sent is left out, so that the model sees the tools as its training rows had them.
        tools=tuple(tool.model_dump(exclude_unset=True) for tool in tools),
        max_tokens=body.max_completion_tokens or body.max_tokens,
        temperature=DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=DEFAULT_TOP_P if body.top_p is None else body.top_p,
        seed=body.seed,
        stop=tuple(stop),
    )


def _message(index: int, message: MessageRequest) -> Message:
    if message.role == "tool" and message.tool_call_id is None:
        where = f"messages.{index}.tool_call_id"
        raise InvalidRequest(f"Missing required parameter: {where!r}.", code="missing_required_parameter", param=where)
    content = message.content
    if content is None and message.role != "assistant":
        where = f"messages.{index}.content"
        raise InvalidRequest(f"Missing required parameter: {where!r}.", code="missing_required_parameter", param=where)
    return Message(
        role=message.role,
        content="".join(part.text for part in content) if isinstance(content, list) else content,
        tool_calls=tuple(map(_tool_call, message.tool_calls or [])),
        tool_call_id=message.tool_call_id,
        name=message.name,
    )


def _tool_call(call: CallOfTool) -> ToolCall:
    return ToolCall(id=call.id, name=call.function.name, arguments=call.function.arguments)


def completion_object(answer: ChatAnswer, *, completion_id: str, created: int, model: str) -> CompletionObject:
    calls = [ToolCallObject(id=call.id, function=_function(call)) for call in answer.tool_calls]
    message = MessageObject(content=answer.content, tool_calls=calls or None)
    return CompletionObject(
        id=completion_id,
        created=created,
        model=model,
        choices=[Choice(message=message, finish_reason=answer.finish_reason)],
        usage=usage_object(answer.usage),
    )


def chunk_choice(delta: ChatDelta, *, is_first: bool) -> ChunkChoice:
    calls = [
        DeltaToolCall(index=index, id=call.id, function=_function(call)) for index, call in enumerate(delta.tool_calls)
    ]
    wire_delta = DeltaObject(
        role="assistant" if is_first else None, content=delta.content or None, tool_calls=calls or None
    )
    return ChunkChoice(delta=wire_delta, finish_reason=delta.finish_reason)


def usage_object(usage: Usage) -> UsageObject:
    return UsageObject(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=PromptTokens(cached_tokens=usage.cached_tokens),
    )


def _function(call: ToolCall) -> FunctionObject:
    return FunctionObject(name=call.name, arguments=call.arguments)
