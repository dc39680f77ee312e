"""What server and engine say to each other over their local socket: one JSON object a line.

server → engine   {"kind": "generate" or "embed", "request": {…}} · {"kind": "cancel", "id": "…"}
engine → server   {"kind": "ready"}, or "failed" where it can't start
                  {"kind": "token", "vector", "end" or "failed", …}
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True)
class GenerateRequest:
    """Tokens in. Rendering and parsing are the server's work: the engine knows token ids only."""

    id: str
    token_ids: list[int]
    stop_token_ids: list[int]
    """The answer ends before the first of these."""
    max_tokens: int
    adapter_dir: str | None = None
    """Folder of a peft LoRA adapter; `None` answers as the base model."""
    temperature: float = 1.0
    """0 takes the likeliest token."""
    top_p: float = 1.0
    """Sample from the likeliest tokens that have this share of the probability together."""
    seed: int | None = None
    frequency_penalty: float = 0.0
    """Taken off a token's logit for each time that it is in the answer."""
    presence_penalty: float = 0.0
    """Taken off the logit of each token that is in the answer."""
    logit_bias: dict[str, float] = field(default_factory=dict)
    """Token id, as JSON's keys are text → what is added to its logit."""
    n_logprobs: int | None = None
    """Tell each token's log-probability, as the model has it, and so many of the likeliest."""
    grammar: str | None = None
    """What the answer is held to, in llguidance's words; `None` leaves it free."""
    tokenizer_file: str | None = None
    """`tokenizer.json` of the model that answers: where there is a grammar, the characters of each token count."""


@dataclass(frozen=True)
class EmbedRequest:
    """Texts as tokens in, one vector for each out."""

    id: str
    inputs: list[list[int]]


@dataclass(frozen=True)
class TokenLogprob:
    token_id: int
    logprob: float


@dataclass(frozen=True)
class TokenEvent:
    id: str
    token_id: int
    logprob: float | None = None
    """`None` where it was not asked for."""
    alternatives: list[TokenLogprob] = field(default_factory=list)
    """The likeliest tokens in this place, the likeliest first."""
    cached_tokens: int = 0
    """With an answer's first token: tokens of the prompt that were not computed again, if that is known by then."""


@dataclass(frozen=True)
class VectorEvent:
    id: str
    index: int
    """Which of the inputs."""
    vector: str
    """Its numbers as base64 of 32-bit floats, little-endian."""


@dataclass(frozen=True)
class EndEvent:
    id: str
    finish_reason: FinishReason
    cached_tokens: int
    """Tokens of the prompt that were not computed again."""


@dataclass(frozen=True)
class FailedEvent:
    id: str
    message: str
    code: str


EngineEvent = TokenEvent | VectorEvent | EndEvent | FailedEvent
_EVENTS: dict[str, type[TokenEvent] | type[VectorEvent] | type[EndEvent] | type[FailedEvent]] = {
    "token": TokenEvent,
    "vector": VectorEvent,
    "end": EndEvent,
    "failed": FailedEvent,
}
READY = {"kind": "ready"}


def encode(message: dict[str, Any]) -> bytes:
    return orjson.dumps(message, option=orjson.OPT_APPEND_NEWLINE)


def encode_event(event: EngineEvent) -> bytes:
    kind = next(kind for kind, event_type in _EVENTS.items() if isinstance(event, event_type))
    return encode({"kind": kind, **asdict(event)})


def decode_event(message: dict[str, Any]) -> EngineEvent:
    fields = {name: value for name, value in message.items() if name != "kind"}
    if "alternatives" in fields:
        fields["alternatives"] = [TokenLogprob(**each) for each in fields["alternatives"]]
    return _EVENTS[message["kind"]](**fields)
