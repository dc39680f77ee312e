"""How likely the tokens of an answer were, as OpenAI's chat completions and responses tell it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from tuneport.workspace import TokenChance

NLikeliest = Annotated[int, Field(ge=0, le=20)]
"""How many of the likeliest tokens are told in each token's place."""


class LikelyTokenObject(BaseModel):
    token: str
    bytes: list[int]
    logprob: float


class TokenChanceObject(LikelyTokenObject):
    top_logprobs: list[LikelyTokenObject]


def chance_objects(chances: Iterable[TokenChance]) -> list[TokenChanceObject]:
    return list(map(_chance_object, chances))


def _chance_object(chance: TokenChance) -> TokenChanceObject:
    likeliest = [
        LikelyTokenObject(token=each.token, bytes=list(each.bytes), logprob=each.logprob) for each in chance.likeliest
    ]
    return TokenChanceObject(
        token=chance.token, bytes=list(chance.bytes), logprob=chance.logprob, top_logprobs=likeliest
    )
