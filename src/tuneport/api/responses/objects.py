"""Responses as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel

from tuneport.api.answer_notes import AnswerNotes
from tuneport.api.likely_tokens import TokenChanceObject
from tuneport.api.wire_fields import LEFT_OUT

ItemStatus = Literal["in_progress", "completed", "incomplete"]


class OutputText(BaseModel):
    type: Literal["output_text"] = "output_text"
    text: str
    annotations: list[Any] = []
    logprobs: list[TokenChanceObject] = []


class OutputMessage(BaseModel):
    id: str
    type: Literal["message"] = "message"
    status: ItemStatus
    role: Literal["assistant"] = "assistant"
    content: list[OutputText]


class FunctionCallObject(BaseModel):
    id: str
    type: Literal["function_call"] = "function_call"
    status: ItemStatus
    call_id: str
    name: str
    arguments: str


class InputText(BaseModel):
    type: Literal["input_text"] = "input_text"
    text: str


class InputMessage(BaseModel):
    id: str
    type: Literal["message"] = "message"
    status: ItemStatus = "completed"
    role: Literal["user", "system", "developer"]
    content: list[InputText]


class FunctionCallOutputObject(BaseModel):
    id: str
    type: Literal["function_call_output"] = "function_call_output"
    status: ItemStatus = "completed"
    call_id: str
    output: str


OutputItem = OutputMessage | FunctionCallObject
ItemObject = OutputItem | InputMessage | FunctionCallOutputObject


class FunctionToolObject(BaseModel):
    type: Literal["function"] = "function"
    name: str
    description: str | None
    parameters: dict[str, Any] | None
    strict: bool | None


class InputTokens(BaseModel):
    cached_tokens: int
    cache_write_tokens: int = 0


class OutputTokens(BaseModel):
    reasoning_tokens: int = 0


class ResponseUsage(BaseModel):
    input_tokens: int
    input_tokens_details: InputTokens
    output_tokens: int
    output_tokens_details: OutputTokens = OutputTokens()
    total_tokens: int


class ResponseError(BaseModel):
    code: str
    message: str


class IncompleteDetails(BaseModel):
    reason: Literal["max_output_tokens"] = "max_output_tokens"


class TextObject(BaseModel):
    format: dict[str, Any] = {"type": "text"}


class ResponseObject(BaseModel):
    id: str
    object: Literal["response"] = "response"
    created_at: int
    completed_at: int | None
    status: Literal["in_progress", "completed", "incomplete", "failed"]
    background: Literal[False] = False
    error: ResponseError | None
    incomplete_details: IncompleteDetails | None
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, str]
    model: str
    output: list[OutputItem]
    parallel_tool_calls: bool
    previous_response_id: str | None
    reasoning: None = None
    store: bool
    temperature: float
    text: TextObject
    tool_choice: str | dict[str, Any]
    tools: list[FunctionToolObject]
    top_logprobs: int
    top_p: float
    truncation: Literal["disabled"] = "disabled"
    usage: Annotated[ResponseUsage | None, LEFT_OUT]
    """Left out until it is known."""
    user: Annotated[str | None, LEFT_OUT]
    tuneport: Annotated[AnswerNotes | None, LEFT_OUT]


class ItemList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ItemObject]
    first_id: str
    last_id: str
    has_more: bool


class DeletedResponse(BaseModel):
    id: str
    object: Literal["response"] = "response"
    deleted: Literal[True] = True
