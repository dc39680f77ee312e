"""Completions of raw text: several prompts, several answers to each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tuneport.core import Check, Clock, InvalidRequest, go_on, new_id
from tuneport.workspace.chat import ChatAnswer, ChatDelta, ChoiceDelta, TextRequest, Usage
from tuneport.workspace.choices import answer_together, choices_of, collect_answers, total_usage, until_left
from tuneport.workspace.models import Models

if TYPE_CHECKING:
    from tuneport.workspace.completions import Completions

MAX_ANSWERS = 1024


@dataclass(frozen=True)
class TextOrder:
    requests: tuple[TextRequest, ...]
    """One for each prompt, all to one model."""
    n: int = 1
    """Answers to each prompt, each sampled by itself."""
    echo: bool = False
    """Each answer begins with its prompt."""


@dataclass(frozen=True)
class TextCompletion:
    id: str
    created_at: int
    model: str
    answers: tuple[ChatAnswer, ...]
    """Those of the first prompt first."""
    usage: Usage


@dataclass(frozen=True)
class StartedText:
    """A completion while it is written."""

    id: str
    created_at: int
    model: str
    deltas: Generator[ChoiceDelta]
    """Closing it cancels what is not written yet."""


class TextCompletions:
    def __init__(self, clock: Clock, models: Models, completions: Callable[[], Completions]) -> None:
        """`completions` gives who answers; it is called with the first prompt only."""
        self._clock = clock
        self._models = models
        self._completions = completions

    def create(self, order: TextOrder, check: Check = go_on) -> TextCompletion:
        """Give the whole answers; what `check` raises cancels them. Raises as `stream` does, too."""
        text = self.stream(order, check)
        answers = collect_answers(text.deltas, len(order.requests) * order.n)
        usage = total_usage([answer.usage for answer in answers], n=order.n)
        return TextCompletion(text.id, text.created_at, text.model, answers, usage)

    def stream(self, order: TextOrder, check: Check = go_on) -> StartedText:
        """Give the answers as they come. Raises as `Completions.stream` does, and for more answers than allowed."""
        n_answers = len(order.requests) * order.n
        if not 1 <= n_answers <= MAX_ANSWERS:
            raise InvalidRequest(
                f"'prompt' has {len(order.requests)} prompts with {order.n} answers each; one request may ask for 1 to "
                f"{MAX_ANSWERS} answers. Send several requests.",
                code="invalid_value",
                param="prompt",
            )
        model = self._models.find(order.requests[0].model).name
        is_left = threading.Event()
        streams = [
            self._answer(choice, until_left(check, is_left), echo=order.echo)
            for request in order.requests
            for choice in choices_of(request, order.n)
        ]
        return StartedText(new_id("cmpl-"), self._clock.now(), model, answer_together(streams, is_left))

    def _answer(self, request: TextRequest, check: Check, *, echo: bool) -> Generator[ChatDelta]:
        deltas = self._completions().stream(request, check)
        return _after(self._completions().prompt_text(request), deltas) if echo else deltas


def _after(prompt: str, deltas: Generator[ChatDelta]) -> Generator[ChatDelta]:
    # Only with the first delta, so that an engine that cannot answer still fails before any word.
    with closing(deltas):
        first = next(deltas)
        yield replace(first, content=prompt + first.content)
        yield from deltas
