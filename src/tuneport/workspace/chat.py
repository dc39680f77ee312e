"""Answers to conversations and to raw text, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuneport.data import Message, ToolCall
from tuneport.inference import FormRule
from tuneport.tokens import CallPiece

FinishReason = Literal["stop", "length", "tool_calls"]


@dataclass(frozen=True)
class ToolChoice:
    """Whether an answer makes calls, and of what."""

    mode: Literal["auto", "required"] = "auto"
    names: tuple[str, ...] = ()
    """The functions that may be called; empty allows all that the request has."""


MAY_CALL = ToolChoice()


@dataclass(frozen=True)
class ChatRequest:
    model: str
    """A base model, a tuned one (`ft:…`), or a checkpoint (`…:ckpt-step-N`)."""
    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    parallel_tool_calls: bool = True
    """Otherwise an answer makes one call at most."""
    tool_choice: ToolChoice = MAY_CALL
    form: FormRule | None = None
    """What an answer that makes no calls is held to; `None` leaves it free."""
    uses_functions: bool = False
    """Asked in the older words, `functions`: the answer's call is told in them as well."""
    max_tokens: int | None = None
    """`None` takes `Settings.default_max_tokens`, or what the model's context has left."""
    least_tokens: int | None = None
    """Where the context has less than `max_tokens` left, it may have so little; `None` refuses that."""
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float = 0.0
    """Makes a token less likely with each time that it is in the answer; below 0, likelier."""
    presence_penalty: float = 0.0
    """Makes each token that is in the answer less likely; below 0, likelier."""
    logit_bias: dict[str, float] = field(default_factory=dict)
    """Token id → what makes it likelier, or below 0 less likely; 100 forces and -100 bans it."""
    n_logprobs: int | None = None
    """Tell how likely each token was, and so many of the likeliest in its place."""


@dataclass(frozen=True)
class TextRequest:
    """Raw text to go on with; no chat template is used. The fields are those of `ChatRequest`."""

    model: str
    prompt: str | tuple[int, ...]
    """Text, or the model's own tokens."""
    max_tokens: int | None = None
    least_tokens: int | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    logit_bias: dict[str, float] = field(default_factory=dict)
    n_logprobs: int | None = None


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    """Tokens of the prompt that were not computed again."""


@dataclass(frozen=True)
class TokenChance:
    """One token of an answer, and how likely it was."""

    token: str
    """As text; a part of a character reads as U+FFFD."""
    bytes: tuple[int, ...]
    logprob: float
    likeliest: tuple[TokenChance, ...] = ()
    """The likeliest tokens in its place, without alternatives of their own."""


def chance_from_json(record: Mapping[str, Any]) -> TokenChance:
    """Give back what `dataclasses.asdict` made."""
    likeliest = tuple(map(chance_from_json, record["likeliest"]))
    return TokenChance(**{**record, "bytes": tuple(record["bytes"]), "likeliest": likeliest})


@dataclass(frozen=True)
class ChatDelta:
    """What is new since the last one. The last delta of an answer has `finish_reason` and `usage`."""

    content: str = ""
    calls: tuple[CallPiece, ...] = ()
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    chances: tuple[TokenChance, ...] = ()
    """Of the tokens since the last delta, where they were asked for."""


@dataclass(frozen=True)
class ChoiceDelta:
    index: int
    """Which of the answers that were asked for together."""
    delta: ChatDelta


@dataclass(frozen=True)
class ChatAnswer:
    content: str | None
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason
    usage: Usage
    chances: tuple[TokenChance, ...] = ()
    """Of all its tokens, where they were asked for."""


@dataclass(frozen=True)
class ChatOrder:
    request: ChatRequest
    n: int = 1
    """Answers, each sampled by itself."""
    store: bool = False
    """Keep question and answers, to be listed and read later."""
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ChatCompletion:
    id: str
    created_at: int
    model: str
    """The model that answered, by its own name."""
    request: ChatRequest
    answers: tuple[ChatAnswer, ...]
    metadata: dict[str, str]


@dataclass(frozen=True)
class StartedChat:
    """A completion while it is written."""

    id: str
    created_at: int
    model: str
    deltas: Iterator[ChoiceDelta]
    """Closing it cancels what is not written yet; what was to be stored is, once it is over."""
