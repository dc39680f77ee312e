"""The functions of a request, and which of them may be called, as OpenAI's clients send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from tuneport.api.wire_fields import TAG, kind_tag


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OlderFunctionRequest(_Request):
    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None


class FunctionRequest(OlderFunctionRequest):
    strict: bool | None = None


class ToolRequest(_Request):
    type: Literal["function"]
    function: FunctionRequest


class FunctionName(_Request):
    name: str


class NamedTool(_Request):
    type: Literal["function"]
    function: FunctionName


class AllowedTools(_Request):
    mode: Literal["auto", "required"]
    tools: Annotated[list[NamedTool], Field(min_length=1)]


class AllowedToolsChoice(_Request):
    type: Literal["allowed_tools"]
    allowed_tools: AllowedTools


ToolChoiceRequest = Annotated[
    Annotated[Literal["auto", "none", "required"], Tag(f"{TAG}word")]
    | Annotated[NamedTool, Tag(f"{TAG}function")]
    | Annotated[AllowedToolsChoice, Tag(f"{TAG}allowed_tools")],
    Discriminator(
        kind_tag,
        custom_error_type="unknown_choice",
        custom_error_message="a choice is 'auto', 'none', 'required', or of the type 'function' or 'allowed_tools'",
    ),
]


def _shape_tag(value: Any) -> str:
    return f"{TAG}word" if isinstance(value, str) else f"{TAG}name"


FunctionCallRequest = Annotated[
    Annotated[Literal["auto", "none"], Tag(f"{TAG}word")] | Annotated[FunctionName, Tag(f"{TAG}name")],
    Discriminator(_shape_tag),
]
