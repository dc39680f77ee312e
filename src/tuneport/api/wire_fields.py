"""Fields that several requests and answers share."""

from __future__ import annotations

from typing import Annotated, Any, TypeGuard

from pydantic import BaseModel, ConfigDict, Field

MetadataKey = Annotated[str, Field(max_length=64)]
MetadataValue = Annotated[str, Field(max_length=512)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=16)]

Temperature = Annotated[float, Field(ge=0, le=2)]
DEFAULT_TEMPERATURE = 1.0
TopP = Annotated[float, Field(ge=0, le=1)]
"""0 takes the likeliest token, as temperature 0 does."""
DEFAULT_TOP_P = 1.0
Seed = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
StopText = Annotated[str, Field(min_length=1)]
StopTexts = StopText | Annotated[list[StopText], Field(max_length=4)]
Choices = Annotated[int, Field(ge=1, le=128)]
Penalty = Annotated[float, Field(ge=-2, le=2)]
LogitBias = Annotated[
    dict[Annotated[str, Field(pattern=r"^\d{1,9}$")], Annotated[float, Field(ge=-100, le=100)]], Field(max_length=1024)
]
"""Token id → what is added to its logit; -100 bans a token, 100 forces it."""

TAG = "item:"
"""Begins the tags of unions, which are no part of a field's path."""


def kind_tag(value: Any) -> str:
    """Tell which of a union a value is: a word stands for itself, an object goes by its type."""
    if isinstance(value, str):
        return f"{TAG}word"
    return f"{TAG}{value.get('type') if isinstance(value, dict) else getattr(value, 'type', None)}"


LEFT_OUT = Field(exclude_if=lambda value: value is None)
"""A field that OpenAI does not send where there is nothing; all others are sent as null."""


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    include_usage: bool = False
    include_obfuscation: bool = False
    """Padding against eavesdroppers, which a server of one's own does not need."""


def stop_texts(stop: str | list[str] | None) -> tuple[str, ...]:
    """Give the texts at which an answer ends."""
    return (stop,) if isinstance(stop, str) else tuple(stop or ())


TextOrTokens = str | tuple[int, ...]


def one_or_several(given: str | list[int] | list[str] | list[list[int]]) -> list[TextOrTokens]:
    """Give each text, or the tokens of each, where one of either may stand alone."""
    if isinstance(given, str):
        return [given]
    if _are_token_ids(given):
        return [tuple(given)]
    return [each if isinstance(each, str) else tuple(each) for each in given if not isinstance(each, int)]


def _are_token_ids(given: list[int] | list[str] | list[list[int]]) -> TypeGuard[list[int]]:
    return isinstance(given[0], int)
