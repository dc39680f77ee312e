"""Clients that ask at random: right and wrong things, whole or streamed, some of which leave in mid-answer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import openai

from benchmarks.serving.soak_models import WORDS, Signer
from benchmarks.serving.soak_outcomes import Kind, Outcome
from benchmarks.serving.soak_questions import QUESTIONS, SYSTEM_PROMPTS

BASE_SHARE, COPY_SHARE = 0.2, 0.15
"""Of what is asked; the rest goes to the tuned models as they were made."""
KINDS: dict[Kind, float] = {"whole": 0.35, "streamed": 0.35, "several": 0.05, "cancelled": 0.15, "bad": 0.1}
LONGEST_PATIENCE = 5.0
_BAD_FORM = {"type": "json_schema", "json_schema": {"name": "form", "schema": {"type": "nonsense"}}}
BAD_REQUESTS: list[tuple[int, dict[str, Any]]] = [
    (404, {"model": "ft:smollm2-135m-instruct:local:nobody:12345678"}),
    (400, {"messages": [{"role": "user", "content": "never " * 20_000}]}),
    (400, {"temperature": 3}),
    (400, {"response_format": _BAD_FORM}),
]
"""Status that is due, and what is wrong with the request."""


@dataclass(frozen=True)
class Client:
    api: openai.OpenAI
    signers: list[Signer]
    draw: random.Random

    def ask_until(self, ends_at: float, note: Callable[[Outcome], None]) -> None:
        while time.monotonic() < ends_at:
            outcome = self._ask_once()
            note(outcome)
            if outcome.retry_after is not None:
                time.sleep(min(outcome.retry_after, LONGEST_PATIENCE))

    def _ask_once(self) -> Outcome:
        (kind,) = self.draw.choices(list(KINDS), list(KINDS.values()))
        signer = self._signer()
        question = {
            "model": signer.name,
            "messages": [
                {"role": "system", "content": self.draw.choice(SYSTEM_PROMPTS)},
                {"role": "user", "content": self.draw.choice(list(QUESTIONS))},
            ],
            "temperature": 0,
            "max_completion_tokens": self.draw.choice((24, 64, 200)),
        }
        begun = Outcome(kind, signer.word, began=time.monotonic())
        try:
            return replace(self._answered(begun, question), ended=time.monotonic())
        except openai.APIError as error:
            return replace(_failed(begun, error), ended=time.monotonic())

    def _signer(self) -> Signer:
        share = self.draw.random()
        wanted = [
            signer
            for signer in self.signers
            if (signer.word is None) == (share < BASE_SHARE) and signer.is_copy == (share > 1 - COPY_SHARE)
        ]
        return self.draw.choice(wanted)

    def _answered(self, begun: Outcome, question: dict[str, Any]) -> Outcome:
        match begun.kind:
            case "bad":
                due, wrong = self.draw.choice(BAD_REQUESTS)
                try:
                    self.api.chat.completions.create(**question | wrong)
                except openai.APIStatusError as error:
                    return replace(_failed(begun, error), due=due)
                return replace(begun, status=200, due=due)
            case "streamed" | "cancelled":
                leaves_after = self.draw.randrange(1, 12) if begun.kind == "cancelled" else None
                return _signed(begun, [self._streamed(question, leaves_after)])
            case _:
                n = self.draw.randrange(2, 7) if begun.kind == "several" else 1
                answer: Any = self.api.chat.completions.create(**question, n=n)
                return _signed(begun, [choice.message.content for choice in answer.choices])

    def _streamed(self, question: dict[str, Any], leaves_after: int | None) -> str:
        """Give what came; with `leaves_after`, the stream is closed after so many pieces of it."""
        pieces: list[str] = []
        with self.api.chat.completions.create(**question, stream=True) as stream:
            for chunk in stream:
                pieces.append(chunk.choices[0].delta.content or "")
                if len(pieces) == leaves_after:
                    break
        return "".join(pieces)


def _signed(begun: Outcome, texts: list[str]) -> Outcome:
    signatures = tuple(frozenset(word for word in WORDS if word in text) for text in texts)
    return replace(begun, status=200, signatures=signatures)


def _failed(begun: Outcome, error: openai.APIError) -> Outcome:
    """Tell what came instead of an answer: no status where a stream broke off, or where nothing was reached."""
    if isinstance(error, openai.APIStatusError):
        seconds = error.response.headers.get("retry-after")
        retry_after = None if seconds is None else float(seconds)
        return replace(begun, status=error.status_code, code=error.code, retry_after=retry_after)
    return replace(begun, code=error.code or type(error).__name__)
