"""Between completions of the workspace and completions on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from tuneport.api.answer_form import form_of, format_object
from tuneport.api.answer_notes import notes_on
from tuneport.api.chat.asked_messages import chat_messages
from tuneport.api.chat.asked_tools import asked_tools, choice_object
from tuneport.api.chat.wire import (
    Choice,
    ChunkChoice,
    CompletionObject,
    CompletionRequest,
    DeltaFunction,
    DeltaObject,
    DeltaToolCall,
    FunctionObject,
    LogprobsObject,
    MessageObject,
    PromptTokens,
    StoredCompletionList,
    StoredCompletionObject,
    StoredMessageList,
    StoredMessageObject,
    ToolCallObject,
    UsageObject,
)
from tuneport.api.likely_tokens import chance_objects
from tuneport.api.page_query import page_ends
from tuneport.api.wire_fields import DEFAULT_TEMPERATURE, DEFAULT_TOP_P, stop_texts
from tuneport.core import InvalidRequest
from tuneport.workspace import (
    CallPiece,
    ChatAnswer,
    ChatCompletion,
    ChatDelta,
    ChatOrder,
    ChatRequest,
    Page,
    StoredMessage,
    TokenChance,
    ToolCall,
    Usage,
    total_usage,
)


def chat_order(body: CompletionRequest) -> ChatOrder:
    """Give what is asked for in our words. Raises as `chat_request` does."""
    return ChatOrder(request=chat_request(body), n=body.n or 1, store=body.store or False, metadata=body.metadata or {})


def chat_request(body: CompletionRequest) -> ChatRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for what does not go together."""
    asked = asked_tools(body)
    return ChatRequest(
        model=body.model,
        messages=chat_messages(body.messages),
        tools=asked.tools,
        parallel_tool_calls=asked.allows_several,
        tool_choice=asked.choice,
        form=form_of(body.response_format, body.tuneport, param="response_format"),
        uses_functions=asked.uses_functions,
        max_tokens=body.max_completion_tokens or body.max_tokens,
        temperature=DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=DEFAULT_TOP_P if body.top_p is None else body.top_p,
        seed=body.seed,
        stop=stop_texts(body.stop),
        frequency_penalty=body.frequency_penalty or 0.0,
        presence_penalty=body.presence_penalty or 0.0,
        logit_bias=body.logit_bias or {},
        n_logprobs=_n_logprobs(body),
    )


def _n_logprobs(body: CompletionRequest) -> int | None:
    if body.top_logprobs is not None and not body.logprobs:
        raise InvalidRequest(
            f"'top_logprobs' is {body.top_logprobs}, and 'logprobs' is not true. Send 'logprobs': true with it.",
            code="invalid_value",
            param="top_logprobs",
        )
    return body.top_logprobs or 0 if body.logprobs else None


def _logprobs(chances: Sequence[TokenChance], request_has_them: bool) -> LogprobsObject | None:
    return LogprobsObject(content=chance_objects(chances)) if request_has_them else None


def completion_object(completion: ChatCompletion) -> CompletionObject:
    usages = [answer.usage for answer in completion.answers]
    return CompletionObject(
        id=completion.id,
        created=completion.created_at,
        model=completion.model,
        choices=[_choice(index, answer, completion.request) for index, answer in enumerate(completion.answers)],
        usage=usage_object(total_usage(usages, n=len(usages))),
        tuneport=notes_on(completion.request.tools, completion.request.form),
    )


def _choice(index: int, answer: ChatAnswer, request: ChatRequest) -> Choice:
    message = MessageObject(content=answer.content)
    if request.uses_functions:
        message.function_call = _function(answer.tool_calls[0]) if answer.tool_calls else None
    else:
        message.tool_calls = _call_objects(answer.tool_calls)
    reason = _finish_reason(answer.finish_reason, uses_functions=request.uses_functions)
    logprobs = _logprobs(answer.chances, request.n_logprobs is not None)
    return Choice(index=index, message=message, finish_reason=reason, logprobs=logprobs)


def _finish_reason(reason: str, *, uses_functions: bool) -> str:
    return "function_call" if uses_functions and reason == "tool_calls" else reason


def stored_object(completion: ChatCompletion) -> StoredCompletionObject:
    request = completion.request
    return StoredCompletionObject(
        **dict(completion_object(completion)),
        metadata=completion.metadata,
        tools=list(request.tools) or None,
        tool_choice=choice_object(request.tool_choice, request.tools),
        response_format=format_object(request.form, is_flat=False),
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
        presence_penalty=request.presence_penalty,
        frequency_penalty=request.frequency_penalty,
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


def chunk_choice(index: int, delta: ChatDelta, *, is_first: bool, uses_functions: bool = False) -> ChunkChoice:
    wire_delta = DeltaObject(role="assistant" if is_first else None, content=delta.content or None)
    if uses_functions and delta.calls:
        names = [call.name for call in delta.calls if call.name]
        arguments = "".join(call.arguments for call in delta.calls)
        wire_delta.function_call = DeltaFunction(name=names[0] if names else None, arguments=arguments)
    elif delta.calls:
        wire_delta.tool_calls = list(map(_delta_call, delta.calls))
    reason = delta.finish_reason and _finish_reason(delta.finish_reason, uses_functions=uses_functions)
    logprobs = _logprobs(delta.chances, bool(delta.chances))
    return ChunkChoice(index=index, delta=wire_delta, finish_reason=reason, logprobs=logprobs)


def _delta_call(call: CallPiece) -> DeltaToolCall:
    function = DeltaFunction(name=call.name, arguments=call.arguments)
    return DeltaToolCall(index=call.index, id=call.id, type="function" if call.id else None, function=function)


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
