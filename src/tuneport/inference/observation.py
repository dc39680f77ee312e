"""What one request took of an engine, for whoever keeps the numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from tuneport.core import EngineFailed

Outcome = Literal["answered", "cancelled", "refused", "failed"]


@dataclass
class Exchange:
    """A request for an answer or for vectors, from when the engine's client had it."""

    model: str
    """Name of the base model."""
    prompt_tokens: int
    generated_tokens: int = 0
    cached_tokens: int = 0
    """Tokens of the prompt that were not computed again."""
    first_token_seconds: float | None = None
    """Until the first token of the answer, in the queue as well; `None` where there was none."""
    seconds: float = 0.0
    outcome: Outcome = "cancelled"
    """"answered": up to its end, or as far as its reader wanted it; "refused": the queue was full; "cancelled": whoever
    asked went away.
    """
    started: float = field(default_factory=time.monotonic)

    def note_token(self, cached_tokens: int) -> None:
        self.generated_tokens += 1
        self.cached_tokens = cached_tokens or self.cached_tokens
        if self.first_token_seconds is None:
            self.first_token_seconds = time.monotonic() - self.started

    def note_end(self, cached_tokens: int) -> None:
        self.cached_tokens = cached_tokens
        self.outcome = "answered"


Observer = Callable[[Exchange], None]


def observe_nothing(exchange: Exchange) -> None:
    """Take an exchange of which nobody keeps numbers."""


@contextmanager
def observed(exchange: Exchange, observer: Observer) -> Generator[None]:
    """Tell the observer of the exchange once the block is left, however that is."""
    try:
        yield
    except EngineFailed as error:
        exchange.outcome = "refused" if error.code == "engine_busy" else "failed"
        raise
    finally:
        exchange.seconds = time.monotonic() - exchange.started
        observer(exchange)
