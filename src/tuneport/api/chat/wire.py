"""Chat completions as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.answer_form import ChatFormat, OwnRequest
from tuneport.api.answer_notes import AnswerNotes
from tuneport.api.chat.tools_wire import FunctionCallRequest, OlderFunctionRequest, ToolChoiceRequest, ToolRequest
from tuneport.api.likely_tokens import NLikeliest, TokenChanceObject
from tuneport.api.wire_fields import (
    LEFT_OUT,
    Choices,
    LogitBias,
    Metadata,
    Penalty,
    Seed,
    StopTexts,
    StreamOptions,
    Temperature,
    TopP,
)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPart(_Request):
    type: Literal["text"]
    text: str


class CalledFunction(_Request):
    name: str
    arguments: str


class CallOfTool(_Request):
    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class MessageRequest(_Request):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None
    name: str | None = None
    tool_calls: list[CallOfTool] | None = None
    tool_call_id: str | None = None
    function_call: CalledFunction | None = None
    """The older words for a call; its result has the role "function"."""
    refusal: str | None = None
    """What an assistant said in place of content; no answer of ours has one."""
    annotations: list[Any] | None = None
    """This and the next come back when a client sends an answer's message again; they hold nothing for us."""
    audio: None = None


class CompletionRequest(_Request):
    model: str
    messages: Annotated[list[MessageRequest], Field(min_length=1)]
    tools: list[ToolRequest] | None = None
    tool_choice: ToolChoiceRequest | None = None
    functions: Annotated[list[OlderFunctionRequest], Field(min_length=1, max_length=128)] | None = None
    """The older words for `tools`; the answer's call is a `function_call` then."""
    function_call: FunctionCallRequest | None = None
    """The older words for `tool_choice`."""
    parallel_tool_calls: bool | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    """The older name of `max_completion_tokens`."""
    temperature: Temperature | None = None
    top_p: TopP | None = None
    n: Choices | None = None
    seed: Seed | None = None
    stop: StopTexts | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    store: bool | None = None
    metadata: Metadata | None = None
    """Kept with a stored completion, whose list can be filtered by it."""
    response_format: ChatFormat | None = None
    tuneport: OwnRequest | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: LogitBias | None = None
    logprobs: bool | None = None
    top_logprobs: NLikeliest | None = None

    user: str | None = None
    """From here on: notes to OpenAI's service that change no answer."""
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None


class FunctionObject(BaseModel):
    name: str
    arguments: str


class ToolCallObject(BaseModel):
    id: str
    type: Literal["function"] = "function"
    function: FunctionObject


class MessageObject(BaseModel):
    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: None = None
    tool_calls: Annotated[list[ToolCallObject] | None, LEFT_OUT] = None
    function_call: Annotated[FunctionObject | None, LEFT_OUT] = None


class LogprobsObject(BaseModel):
    content: list[TokenChanceObject]
    refusal: None = None


class Choice(BaseModel):
    index: int
    message: MessageObject
    finish_reason: str
    logprobs: LogprobsObject | None = None


class PromptTokens(BaseModel):
    cached_tokens: int


class UsageObject(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokens


class CompletionObject(BaseModel):
    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: UsageObject
    tuneport: Annotated[AnswerNotes | None, LEFT_OUT] = None


class StoredCompletionObject(CompletionObject):
    """A completion that was kept, with what was asked for."""

    metadata: dict[str, str]
    tools: list[dict[str, Any]] | None
    tool_choice: str | dict[str, Any] | None
    temperature: float
    top_p: float
    seed: int | None
    presence_penalty: float = 0
    frequency_penalty: float = 0
    response_format: dict[str, Any] | None
    service_tier: Literal["default"] = "default"
    input_user: None = None
    request_id: None = None


class StoredCompletionList(BaseModel):
    object: Literal["list"] = "list"
    data: list[StoredCompletionObject]
    first_id: str
    """Empty where the list is."""
    last_id: str
    has_more: bool


class StoredMessageObject(BaseModel):
    id: str
    role: str
    """That of the message; OpenAI's schema knows "assistant" only, its service gives every role."""
    content: str | None
    content_parts: None = None
    name: str | None
    refusal: None = None
    tool_calls: Annotated[list[ToolCallObject] | None, LEFT_OUT] = None
    tool_call_id: Annotated[str | None, LEFT_OUT] = None


class StoredMessageList(BaseModel):
    object: Literal["list"] = "list"
    data: list[StoredMessageObject]
    first_id: str
    last_id: str
    has_more: bool


class ChangeCompletionRequest(_Request):
    metadata: Metadata


class DeletedCompletion(BaseModel):
    id: str
    object: Literal["chat.completion.deleted"] = "chat.completion.deleted"
    deleted: Literal[True] = True


class DeltaFunction(BaseModel):
    name: Annotated[str | None, LEFT_OUT] = None
    arguments: str


class DeltaToolCall(BaseModel):
    """The first piece of a call names it; the others go by its index."""

    index: int
    id: Annotated[str | None, LEFT_OUT] = None
    type: Annotated[Literal["function"] | None, LEFT_OUT] = None
    function: DeltaFunction


class DeltaObject(BaseModel):
    role: Annotated[Literal["assistant"] | None, LEFT_OUT] = None
    content: Annotated[str | None, LEFT_OUT] = None
    tool_calls: Annotated[list[DeltaToolCall] | None, LEFT_OUT] = None
    function_call: Annotated[DeltaFunction | None, LEFT_OUT] = None


class ChunkChoice(BaseModel):
    index: int
    delta: DeltaObject
    finish_reason: str | None = None
    """`None` until the last chunk."""
    logprobs: LogprobsObject | None = None


class ChunkObject(BaseModel):
    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: UsageObject | None = None
    """Sent only where it was asked for: null in every chunk but the last."""
    tuneport: Annotated[AnswerNotes | None, LEFT_OUT] = None
    """On the first chunk."""
