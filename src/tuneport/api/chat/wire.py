"""Chat completions as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


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
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    name: str | None = None
    tool_calls: list[CallOfTool] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    """This and the next three come back when a client sends an answer's message again; they hold nothing for us."""
    annotations: list[Any] | None = None
    audio: None = None
    function_call: None = None


class FunctionRequest(_Request):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ToolRequest(_Request):
    type: Literal["function"]
    function: FunctionRequest


class StreamOptions(_Request):
    include_usage: bool = False
    include_obfuscation: bool = False
    """Padding against eavesdroppers, which a server of one's own does not need."""


class TextFormat(_Request):
    type: Literal["text"]


class CompletionRequest(_Request):
    model: str
    messages: Annotated[list[MessageRequest], Field(min_length=1)]
    tools: list[ToolRequest] | None = None
    tool_choice: Literal["auto", "none"] | None = None
    parallel_tool_calls: bool | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    """The older name of `max_completion_tokens`."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    """0 takes the likeliest token, as temperature 0 does."""
    seed: int | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    n: Literal[1] | None = None
    """From here on: what OpenAI knows and this server takes only at the value that changes nothing."""
    frequency_penalty: Annotated[float, Field(ge=0, le=0)] | None = None
    presence_penalty: Annotated[float, Field(ge=0, le=0)] | None = None
    logit_bias: Annotated[dict[str, float], Field(max_length=0)] | None = None
    logprobs: Literal[False] | None = None
    top_logprobs: None = None
    response_format: TextFormat | None = None
    store: Literal[False] | None = None

    user: str | None = None
    """From here on: notes to OpenAI's service that change no answer."""
    metadata: dict[str, str] | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None


LEFT_OUT = Field(exclude_if=lambda value: value is None)
"""A field that OpenAI does not send where there is nothing; all others are sent as null."""


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


class Choice(BaseModel):
    index: Literal[0] = 0
    message: MessageObject
    finish_reason: str
    logprobs: None = None


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
    system_fingerprint: None = None


class DeltaToolCall(ToolCallObject):
    index: int


class DeltaObject(BaseModel):
    role: Annotated[Literal["assistant"] | None, LEFT_OUT] = None
    content: Annotated[str | None, LEFT_OUT] = None
    tool_calls: Annotated[list[DeltaToolCall] | None, LEFT_OUT] = None


class ChunkChoice(BaseModel):
    index: Literal[0] = 0
    delta: DeltaObject
    finish_reason: str | None = None
    """`None` until the last chunk."""
    logprobs: None = None


class ChunkObject(BaseModel):
    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: UsageObject | None = None
    """Sent only where it was asked for: null in every chunk but the last."""
