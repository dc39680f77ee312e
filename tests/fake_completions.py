"""Who answers, pretended: says given words, and remembers what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tuneport.core import Check, EngineFailed, go_on
from tuneport.workspace import CallPiece, ChatDelta, ChatRequest, TextRequest, ToolCall, Usage
from tuneport.workspace.choices import answer_together


@dataclass
class FakeCompletions:
    words: Sequence[str] = ("Hel", "lo")
    tool_calls: tuple[ToolCall, ...] = ()
    reason: str = "stop"
    breaks: bool = False
    """The engine dies after the words."""
    asked: list[ChatRequest | TextRequest] = field(default_factory=list)

    def stream(self, request: ChatRequest | TextRequest, check: Check = go_on) -> Iterator[ChatDelta]:
        self.asked.append(request)
        return self._answer(check)

    def stream_all(self, requests, check: Check = go_on):
        return answer_together([self.stream(request, check) for request in requests])

    def prompt_text(self, request: TextRequest) -> str:
        return str(request.prompt)

    def _answer(self, check: Check) -> Iterator[ChatDelta]:
        for word in self.words:
            check()
            yield ChatDelta(word)
        if self.breaks:
            raise EngineFailed("The engine is gone.")
        yield ChatDelta("", call_pieces(*self.tool_calls), self.reason, Usage(5, len(self.words), 1))


def call_pieces(*calls: ToolCall) -> tuple[CallPiece, ...]:
    """Give whole calls as the pieces that a stream has of them."""
    return tuple(
        piece
        for index, call in enumerate(calls)
        for piece in (CallPiece(index, id=call.id, name=call.name), CallPiece(index, call.arguments))
    )


class FakeModels:
    """Every name is a model's own."""

    def find(self, name: str):
        return type("FoundModel", (), {"name": name})

    def answering(self, name: str) -> str:
        return name


class FakeClock:
    def now(self) -> int:
        return 1000
