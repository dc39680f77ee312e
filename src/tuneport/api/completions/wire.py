"""Completions of raw text as OpenAI's clients see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tuneport.api.chat.wire import UsageObject
from tuneport.api.wire_fields import (
    LEFT_OUT,
    Choices,
    LogitBias,
    Penalty,
    Seed,
    StopTexts,
    StreamOptions,
    Temperature,
    TopP,
)

TokenIds = Annotated[list[int], Field(min_length=1)]


class TextCompletionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: str
    prompt: str | TokenIds | Annotated[list[str], Field(min_length=1)] | Annotated[list[TokenIds], Field(min_length=1)]
    """A text, the model's own tokens, or several of either."""
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    n: Choices | None = None
    echo: bool | None = None
    temperature: Temperature | None = None
    top_p: TopP | None = None
    seed: Seed | None = None
    stop: StopTexts | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: LogitBias | None = None
    logprobs: Annotated[int, Field(ge=0, le=5)] | None = None

    suffix: str | None = None
    """From here on: what OpenAI knows and this server takes only at the value that changes nothing."""
    best_of: Literal[1] | None = None

    user: str | None = None
    """A note to OpenAI's service that changes no answer."""


class TextLogprobs(BaseModel):
    tokens: list[str]
    token_logprobs: list[float]
    top_logprobs: list[dict[str, float]] | None
    """`None` where no alternatives were asked for."""
    text_offset: list[int]
    """Where each token begins in the answer."""


class TextChoice(BaseModel):
    index: int
    text: str
    finish_reason: str | None
    """`None` in every chunk of an answer but the last."""
    logprobs: TextLogprobs | None = None


class TextCompletionObject(BaseModel):
    """A whole completion, or a chunk of one that is streamed: they have one shape."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    choices: list[TextChoice]
    usage: Annotated[UsageObject | None, LEFT_OUT] = None
