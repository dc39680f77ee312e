"""Requests in, tokens out: texts join and leave between two steps, and each step computes a part of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tuneport.core import EngineFailed, TuneportError
from tuneport.inference.engine.constraints import Constraint, Grammars
from tuneport.inference.engine.runtime import Part, Runtime, Text
from tuneport.inference.engine.sampling import Drawn, Sampler
from tuneport.inference.protocol import EndEvent, EngineEvent, FailedEvent, FinishReason, GenerateRequest, TokenEvent

MAX_TEXTS = 64
PROMPT_TOKENS = 512
"""Tokens of prompts in one step."""
PROMPT_TOKENS_BESIDE_ANSWERS = 128
"""The same while answers wait for their next token."""
OLDEST_FIRST_EVERY = 4
"""Short prompts go first, but in each such step the one that has waited longest does."""
SHARED_AHEAD = 32
"""Tokens by which two prompts are seen to go on alike."""


@dataclass(eq=False)
class _Active:
    request: GenerateRequest
    text: Text
    sampler: Sampler
    constraint: Constraint | None
    """What the answer is held to."""
    n_generated: int = 0

    def draw(self, logits_V: Tensor, likeliest: int) -> Drawn:
        """Give the next token. Raises `EngineFailed` for a constraint that can't go on."""
        if self.constraint is None:
            return Drawn(likeliest) if self.sampler.takes_likeliest else self.sampler.draw(logits_V)
        if self.sampler.takes_likeliest and self.constraint.allows(likeliest):
            drawn = Drawn(likeliest)
        else:
            drawn = self.sampler.draw(logits_V, self.constraint)
        self.constraint.accept(drawn.token_id)
        return drawn


class Scheduler:
    """Holds the requests. `step` does one piece of work; the caller loops."""

    def __init__(self, runtime: Runtime, emit: Callable[[EngineEvent], None]) -> None:
        self._runtime = runtime
        self._emit = emit
        self._waiting: deque[GenerateRequest] = deque()
        self._active: list[_Active] = []
        self._grammars = Grammars()
        self._n_steps = 0

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._active

    def submit(self, request: GenerateRequest) -> None:
        self._waiting.append(request)

    def cancel(self, request_id: str) -> None:
        """Forget a request; its tokens stop, and nothing more is said of it."""
        self._waiting = deque(request for request in self._waiting if request.id != request_id)
        for active in self._active:
            if active.request.id == request_id:
                self._leave(active)
                return

    @torch.inference_mode()
    def step(self) -> None:
        """Let waiting requests join, then compute the next part of each text, as many as one step has room for."""
        while self._waiting and len(self._active) < MAX_TEXTS and self._join(self._waiting[0]):
            self._waiting.popleft()
        answering = [active for active in self._active if active.text.n_left == 1]
        parts = [(active, 1) for active in answering]
        parts += self._prompt_parts(PROMPT_TOKENS_BESIDE_ANSWERS if answering else PROMPT_TOKENS)
        if not parts:
            return
        # Rows of one adapter go through it together where they follow each other.
        parts.sort(key=lambda part: part[0].text.adapter or "")
        self._n_steps += 1
        complete = [active for active, n_tokens in parts if n_tokens == active.text.n_left]
        logits = self._runtime.compute([Part(active.text, n_tokens) for active, n_tokens in parts])
        if complete:
            self._accept(complete, logits)

    def _join(self, request: GenerateRequest) -> bool:
        """Say whether the request is no longer waiting: it has a place, or it failed."""
        text = Text(request.adapter_dir, list(request.token_ids), len(request.token_ids) + request.max_tokens)
        try:
            constraint = self._grammars.constraint_for(request)
            if text.adapter is not None:
                in_use = {active.text.adapter for active in self._active if active.text.adapter is not None}
                if not self._runtime.load_adapter(text.adapter, in_use):
                    return False
            if not self._runtime.has_room(text):
                if self._active:
                    return False
                self._emit(FailedEvent(request.id, _too_long(text), "insufficient_memory"))
                return True
            self._runtime.open(text)
        except TuneportError as error:
            self._emit(FailedEvent(request.id, error.message, error.code))
            return True
        except Exception as error:
            # A damaged adapter, say: it fails its own request, not those of others.
            self._emit(FailedEvent(request.id, f"{type(error).__name__}: {error}", "answer_failed"))
            return True
        self._active.append(_Active(request, text, Sampler(request), constraint))
        return True

    def _prompt_parts(self, budget: int) -> list[tuple[_Active, int]]:
        """Give what is computed of prompts now, short ones first."""
        prompts = [active for active in self._active if active.text.n_left > 1]
        if self._n_steps % OLDEST_FIRST_EVERY:
            prompts.sort(key=lambda active: active.text.n_left)
        parts: list[tuple[_Active, int]] = []
        under_way: set[tuple[str | None, int, tuple[int, ...]]] = set()
        for active in prompts:
            text = active.text
            self._runtime.share(text)
            ahead = (text.adapter, text.n_computed, tuple(text.token_ids[text.n_computed :][:SHARED_AHEAD]))
            # What another prompt computes in this step can be shared in the next one.
            if budget > 0 and (ahead not in under_way or text.n_left <= SHARED_AHEAD):
                parts.append((active, min(budget, text.n_left)))
                budget -= parts[-1][1]
                under_way.add(ahead)
        return parts

    def _accept(self, complete: list[_Active], logits: Tensor) -> None:
        """Draw the next token of each text, say it, and let those leave whose last it was."""
        for active, logits_V, likeliest in zip(complete, logits, logits.argmax(1).tolist(), strict=True):
            try:
                drawn = active.draw(logits_V, likeliest)
            except EngineFailed as error:
                self._emit(FailedEvent(active.request.id, error.message, error.code))
                self._leave(active)
                continue
            self._go_on(active, drawn)

    def _go_on(self, active: _Active, drawn: Drawn) -> None:
        if drawn.token_id in active.request.stop_token_ids:
            self._finish(active, "stop")
            return
        active.text.token_ids.append(drawn.token_id)
        active.n_generated += 1
        n_shared = active.text.n_shared if active.n_generated == 1 else 0
        self._emit(TokenEvent(active.request.id, drawn.token_id, drawn.logprob, list(drawn.alternatives), n_shared))
        if active.constraint is not None and active.constraint.is_complete:
            self._finish(active, "stop")
        elif active.n_generated >= active.request.max_tokens:
            self._finish(active, "length")

    def _finish(self, active: _Active, reason: FinishReason) -> None:
        self._emit(EndEvent(active.request.id, reason, active.text.n_shared))
        self._leave(active)

    def _leave(self, active: _Active) -> None:
        self._active.remove(active)
        self._runtime.close(active.text)


def _too_long(text: Text) -> str:
    return (
        f"Prompt and answer may take {text.max_tokens} tokens, and the engine's memory has no room for so many at "
        "once. Lower the answer's limit, or free memory on the machine and ask again."
    )
