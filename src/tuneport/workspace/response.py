"""A response in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tuneport.inference import FormRule
from tuneport.workspace.chat import MAY_CALL, ChatDelta, ToolChoice, Usage
from tuneport.workspace.response_items import Item
from tuneport.workspace.response_pieces import TextPiece

ResponseStatus = Literal["in_progress", "completed", "incomplete", "failed"]


@dataclass(frozen=True)
class ResponseRequest:
    model: str
    instructions: str | None = None
    """Said before the conversation, to this response only."""
    previous_id: str | None = None
    """A stored response whose conversation goes on."""
    tools: tuple[dict[str, Any], ...] = ()
    """In the form of chat completions."""
    tool_choice: ToolChoice | None = MAY_CALL
    """`None` makes no calls."""
    parallel_tool_calls: bool = True
    form: FormRule | None = None
    """What an answer that makes no calls is held to; `None` leaves it free."""
    max_tokens: int | None = None
    temperature: float = 1.0
    top_p: float = 1.0
    n_logprobs: int | None = None
    """Tell how likely each token of the text was, and so many of the likeliest in its place."""
    store: bool = True
    metadata: dict[str, str] = field(default_factory=dict)
    user: str | None = None


@dataclass(frozen=True)
class Response:
    id: str
    created_at: int
    completed_at: int | None
    model: str
    """The model that answered, by its own name."""
    status: ResponseStatus
    request: ResponseRequest
    input: tuple[Item, ...]
    """The whole conversation before the answer, the oldest item first."""
    output: tuple[Item, ...] = ()
    usage: Usage | None = None
    error: dict[str, Any] | None = None
    """`code` and `message`, where it failed."""
    text_pieces: tuple[TextPiece, ...] = ()
    """Its text as it came, piece by piece."""

    def at_its_beginning(self) -> Response:
        return replace(self, status="in_progress", completed_at=None, output=(), usage=None, error=None, text_pieces=())


@dataclass(frozen=True)
class StartedResponse:
    """A response while it is written."""

    response: Response
    """As it is at its beginning."""
    parts: Iterator[ChatDelta | Response]
    """The answer as it comes, and at last the whole response, stored if that was asked for."""
