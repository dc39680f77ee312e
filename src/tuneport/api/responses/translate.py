"""Between responses of the workspace and responses on the wire."""

from __future__ import annotations

from typing import Any

from tuneport.api.answer_form import form_of, format_object
from tuneport.api.answer_notes import notes_on
from tuneport.api.likely_tokens import chance_objects
from tuneport.api.page_query import page_ends
from tuneport.api.responses.asked_tools import asked_choice, asked_tools, choice_object
from tuneport.api.responses.objects import (
    FunctionCallObject,
    FunctionCallOutputObject,
    FunctionToolObject,
    IncompleteDetails,
    InputMessage,
    InputText,
    InputTokens,
    ItemList,
    ItemObject,
    ItemStatus,
    OutputItem,
    OutputMessage,
    OutputText,
    ResponseError,
    ResponseObject,
    ResponseUsage,
    TextObject,
)
from tuneport.api.responses.wire import (
    TEXT_LOGPROBS,
    FunctionCallItem,
    FunctionCallOutputItem,
    ItemRequest,
    MessageItem,
    ResponseCreateRequest,
    TextPart,
)
from tuneport.api.wire_fields import DEFAULT_TEMPERATURE, DEFAULT_TOP_P
from tuneport.core import new_id
from tuneport.workspace import (
    CallItem,
    CallOutputItem,
    Item,
    Page,
    Response,
    ResponseRequest,
    TextItem,
    Usage,
)


def response_request(body: ResponseCreateRequest) -> ResponseRequest:
    """Give what is asked for in our words. Raises `InvalidRequest` for what does not go together."""
    tools = asked_tools(body)
    return ResponseRequest(
        model=body.model,
        instructions=body.instructions,
        previous_id=body.previous_response_id,
        tools=tools,
        tool_choice=asked_choice(body, tools),
        parallel_tool_calls=body.parallel_tool_calls is not False,
        form=form_of(body.text.format if body.text else None, body.tuneport, param="text.format"),
        max_tokens=body.max_output_tokens,
        temperature=DEFAULT_TEMPERATURE if body.temperature is None else body.temperature,
        top_p=DEFAULT_TOP_P if body.top_p is None else body.top_p,
        n_logprobs=_n_logprobs(body),
        store=body.store is not False,
        metadata=body.metadata or {},
        user=body.user,
    )


def _n_logprobs(body: ResponseCreateRequest) -> int | None:
    return body.top_logprobs or (0 if TEXT_LOGPROBS in (body.include or []) else None)


def new_items(body: ResponseCreateRequest) -> tuple[Item, ...]:
    """Give what the request adds to the conversation."""
    if isinstance(body.input, str):
        return (TextItem(new_id("msg_"), "user", body.input),)
    return tuple(map(_item, body.input or []))


def _item(item: ItemRequest) -> Item:
    match item:
        case MessageItem():
            return TextItem(new_id("msg_"), item.role, _text(item.content))
        case FunctionCallItem():
            return CallItem(new_id("fc_"), item.call_id, item.name, item.arguments)
        case FunctionCallOutputItem():
            return CallOutputItem(new_id("fco_"), item.call_id, _text(item.output))


def _text(content: str | list[TextPart]) -> str:
    return content if isinstance(content, str) else "".join(part.text for part in content)


def response_object(response: Response) -> ResponseObject:
    """Give the response in OpenAI's words."""
    request = response.request
    return ResponseObject(
        id=response.id,
        created_at=response.created_at,
        completed_at=response.completed_at,
        status=response.status,
        error=ResponseError(**response.error) if response.error else None,
        incomplete_details=IncompleteDetails() if response.status == "incomplete" else None,
        instructions=request.instructions,
        max_output_tokens=request.max_tokens,
        metadata=request.metadata,
        model=response.model,
        output=list(map(output_item, response.output)),
        parallel_tool_calls=request.parallel_tool_calls,
        previous_response_id=request.previous_id,
        store=request.store,
        temperature=request.temperature,
        text=TextObject(format=format_object(request.form, is_flat=True) or {"type": "text"}),
        tool_choice=choice_object(request.tool_choice),
        tools=list(map(_tool_object, request.tools)),
        top_logprobs=request.n_logprobs or 0,
        top_p=request.top_p,
        usage=_usage_object(response.usage) if response.usage else None,
        user=request.user,
        tuneport=notes_on(() if request.tool_choice is None else request.tools, request.form),
    )


def output_item(item: Item) -> OutputItem:
    """Give what an assistant said, or a call that it made."""
    assert not isinstance(item, CallOutputItem)
    if isinstance(item, CallItem):
        return call_object(item, "completed" if item.is_whole else "incomplete", item.arguments)
    status: ItemStatus = "completed" if item.is_whole else "incomplete"
    return OutputMessage(id=item.id, status=status, content=[text_part(item)])


def text_part(item: TextItem) -> OutputText:
    return OutputText(text=item.text, logprobs=chance_objects(item.chances))


def call_object(call: CallItem, status: ItemStatus, arguments: str) -> FunctionCallObject:
    return FunctionCallObject(id=call.id, status=status, call_id=call.call_id, name=call.name, arguments=arguments)


def item_list(page: Page[Item]) -> ItemList:
    first_id, last_id = page_ends(page, lambda item: item.id)
    data = [_item_object(item) for item in page.items]
    return ItemList(data=data, first_id=first_id, last_id=last_id, has_more=page.has_more)


def _item_object(item: Item) -> ItemObject:
    if isinstance(item, CallOutputItem):
        return FunctionCallOutputObject(id=item.id, call_id=item.call_id, output=item.output)
    if isinstance(item, TextItem) and item.role != "assistant":
        return InputMessage(id=item.id, role=item.role, content=[InputText(text=item.text)])
    return output_item(item)


def _tool_object(tool: dict[str, Any]) -> FunctionToolObject:
    function = tool["function"]
    return FunctionToolObject(
        name=function["name"],
        description=function.get("description"),
        parameters=function.get("parameters"),
        strict=function.get("strict"),
    )


def _usage_object(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        input_tokens=usage.prompt_tokens,
        input_tokens_details=InputTokens(cached_tokens=usage.cached_tokens),
        output_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
    )
