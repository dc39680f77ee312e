"""What a scheduler says of each request, collected."""

from __future__ import annotations

from tuneport.inference.protocol import EndEvent, EngineEvent, FailedEvent, TokenEvent


class EngineAnswers:
    def __init__(self) -> None:
        self.tokens: dict[str, list[int]] = {}
        self.ends: dict[str, EndEvent] = {}
        self.failures: dict[str, FailedEvent] = {}

    def __call__(self, event: EngineEvent) -> None:
        match event:
            case TokenEvent():
                self.tokens.setdefault(event.id, []).append(event.token_id)
            case EndEvent():
                self.ends[event.id] = event
            case FailedEvent():
                self.failures[event.id] = event
