"""Requests for responses as OpenAI's clients send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tuneport.api.answer_form import OwnRequest, ResponseFormat
from tuneport.api.likely_tokens import NLikeliest
from tuneport.api.wire_fields import TAG, Metadata, StreamOptions, Temperature, TopP, kind_tag

MIN_OUTPUT_TOKENS = 16
TEXT_LOGPROBS = "message.output_text.logprobs"
Includable = Literal[
    "message.output_text.logprobs",
    "message.input_image.image_url",
    "reasoning.encrypted_content",
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPart(_Request):
    type: Literal["input_text", "output_text"]
    text: str
    annotations: list[Any] | None = None
    """This and the next come back when a client sends an answer's text again; they hold nothing for us."""
    logprobs: list[Any] | None = None


def _shape_tag(value: Any) -> str:
    return f"{TAG}text" if isinstance(value, str) else f"{TAG}list"


# By shape, so that a list's problem is not told beside the wish for a text.
TextParts = Annotated[
    Annotated[str, Tag(f"{TAG}text")] | Annotated[list[TextPart], Tag(f"{TAG}list")], Discriminator(_shape_tag)
]


class MessageItem(_Request):
    type: Literal["message"] = "message"
    role: Literal["user", "assistant", "system", "developer"]
    content: TextParts
    id: str | None = None
    """This and the next two come back when a client sends an item again."""
    status: str | None = None
    phase: None = None


class FunctionCallItem(_Request):
    type: Literal["function_call"]
    call_id: Annotated[str, Field(min_length=1)]
    name: str
    arguments: str
    id: str | None = None
    status: str | None = None


class FunctionCallOutputItem(_Request):
    type: Literal["function_call_output"]
    call_id: Annotated[str, Field(min_length=1)]
    output: TextParts
    id: str | None = None
    status: str | None = None


def _item_tag(item: Any) -> str:
    kind = item.get("type", "message") if isinstance(item, dict) else getattr(item, "type", None)
    return f"{TAG}{kind}"


ItemRequest = Annotated[
    Annotated[MessageItem, Tag(f"{TAG}message")]
    | Annotated[FunctionCallItem, Tag(f"{TAG}function_call")]
    | Annotated[FunctionCallOutputItem, Tag(f"{TAG}function_call_output")],
    Discriminator(
        _item_tag,
        custom_error_type="unknown_item",
        custom_error_message="an item's type is 'message', 'function_call' or 'function_call_output' here",
    ),
]


InputRequest = Annotated[
    Annotated[str, Tag(f"{TAG}text")] | Annotated[list[ItemRequest], Tag(f"{TAG}list")], Discriminator(_shape_tag)
]


class FunctionToolRequest(_Request):
    type: Literal["function"]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class NamedTool(_Request):
    type: Literal["function"]
    name: str


class AllowedTools(_Request):
    type: Literal["allowed_tools"]
    mode: Literal["auto", "required"]
    tools: Annotated[list[NamedTool], Field(min_length=1)]


ToolChoiceRequest = Annotated[
    Annotated[Literal["auto", "none", "required"], Tag(f"{TAG}word")]
    | Annotated[NamedTool, Tag(f"{TAG}function")]
    | Annotated[AllowedTools, Tag(f"{TAG}allowed_tools")],
    Discriminator(
        kind_tag,
        custom_error_type="unknown_choice",
        custom_error_message="a choice is 'auto', 'none', 'required', or of the type 'function' or 'allowed_tools'",
    ),
]


class TextSettings(_Request):
    format: ResponseFormat | None = None
    verbosity: None = None


class ResponseCreateRequest(_Request):
    model: str
    input: InputRequest | None = None
    """A text of the user, or a conversation."""
    instructions: str | None = None
    previous_response_id: str | None = None
    tools: list[FunctionToolRequest] | None = None
    tool_choice: ToolChoiceRequest | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: Annotated[int, Field(ge=MIN_OUTPUT_TOKENS)] | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    top_logprobs: NLikeliest | None = None
    include: list[Includable] | None = None
    """Only the chances of a text's tokens exist here; the others belong to items that no answer of ours has."""
    store: bool | None = None
    metadata: Metadata | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    text: TextSettings | None = None
    tuneport: OwnRequest | None = None

    background: Literal[False] | None = None
    """From here on: what OpenAI knows and this server takes only at the value that changes nothing."""
    reasoning: None = None
    truncation: Literal["disabled"] | None = None
    conversation: None = None
    prompt: None = None
    max_tool_calls: None = None
    context_management: None = None
    moderation: None = None

    user: str | None = None
    """From here on: notes to OpenAI's service that change no answer."""
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
