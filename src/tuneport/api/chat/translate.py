"""Between completions of the workspace and completions on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from tuneport.api.answer_notes import notes_on
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
    StoredCompletionList,
    StoredCompletionObject,
    StoredMessageList,
    StoredMessageObject,
    ToolCallObject,
    UsageObject,
)
from tuneport.api.page_query import page_ends
from tuneport.api.wire_fields import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, stop_texts
from tuneport.core import InvalidRequest
from tuneport.workspace import (
    ChatAnswer,
    ChatCompletion,
    ChatDelta,
    ChatOrder,
    ChatRequest,
    Message,
    Page,
    StoredMessage,
    ToolCall,
    Usage,
    total_usage,
)


def chat_order(body: CompletionRequest) -> ChatOrder:
    """Give what is asked for in our words. Raises as `chat_request` does."""
    return ChatOrder(request=chat_request(body), n=body.n or 1, store=body.store or False, metadata=body.metadata or {})


def chat_request(body: CompletionRequest) -> ChatRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for a tool's answer that names no call."""
    tools = [] if body.tool_choice == "none" else body.tools or []
    return ChatRequest(
        model=body.model,
        messages=tuple(_message(index, message) for index, message in enumerate(body.messages)),
        # What was not sent is left out, so that the model sees the tools as its training rows had them.
        tools=tuple(tool.model_dump(exclude_unset=True) for tool in tools),
        parallel_tool_calls=body.parallel_tool_calls is not False,
        max_tokens=body.max_completion_tokens or body.max_tokens,
        temperature=DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=DEFAULT_TOP_P if body.top_p is None else body.top_p,
        seed=body.seed,
        stop=stop_texts(body.stop),
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


def completion_object(completion: ChatCompletion) -> CompletionObject:
    usages = [answer.usage for answer in completion.answers]
    return CompletionObject(
        id=completion.id,
        created=completion.created_at,
        model=completion.model,
        choices=[_choice(index, answer) for index, answer in enumerate(completion.answers)],
        usage=usage_object(total_usage(usages, n=len(usages))),
        tuneport=notes_on(completion.request.tools),
    )


def _choice(index: int, answer: ChatAnswer) -> Choice:
    message = MessageObject(content=answer.content, tool_calls=_call_objects(answer.tool_calls))
    return Choice(index=index, message=message, finish_reason=answer.finish_reason)


def stored_object(completion: ChatCompletion) -> StoredCompletionObject:
    request = completion.request
    return StoredCompletionObject(
        **dict(completion_object(completion)),
        metadata=completion.metadata,
        tools=list(request.tools) or None,
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
    )


def stored_list(page: Page[ChatCompletion]) -> StoredCompletionList:
    first_id, last_id = page_ends(page, lambda completion: completion.id)
    data = [stored_object(completion) for completion in page.items]
    return StoredCompletionList(data=data, first_id=first_id, last_id=last_id, has_more=page.has_more)


def message_list(page: Page[StoredMessage]) -> StoredMessageList:
    first_id, last_id = page_ends(page, lambda stored: stored.id)
    data = [_stored_message(stored) for stored in page.items]
    return StoredMessageList(data=data, first_id=first_id, last_id=last_id, has_more=page.has_more)


def _stored_message(stored: StoredMessage) -> StoredMessageObject:
    message = stored.message
    return StoredMessageObject(
        id=stored.id,
        role=message.role,
        content=message.content,
        name=message.name,
        tool_calls=_call_objects(message.tool_calls),
        tool_call_id=message.tool_call_id,
    )


def chunk_choice(index: int, delta: ChatDelta, *, is_first: bool) -> ChunkChoice:
    calls = [
        DeltaToolCall(index=index, id=call.id, function=_function(call)) for index, call in enumerate(delta.tool_calls)
    ]
    wire_delta = DeltaObject(
        role="assistant" if is_first else None, content=delta.content or None, tool_calls=calls or None
    )
    return ChunkChoice(index=index, delta=wire_delta, finish_reason=delta.finish_reason)


def usage_object(usage: Usage) -> UsageObject:
    return UsageObject(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=PromptTokens(cached_tokens=usage.cached_tokens),
    )


def _call_objects(calls: Sequence[ToolCall]) -> list[ToolCallObject] | None:
    return [ToolCallObject(id=call.id, function=_function(call)) for call in calls] or None


def _function(call: ToolCall) -> FunctionObject:
    return FunctionObject(name=call.name, arguments=call.arguments)
