"""How likely the tokens of an answer were, as text."""

from __future__ import annotations

from tuneport.inference import TokenEvent
from tuneport.tokens import Renderer
from tuneport.workspace.chat import TokenChance


class TokenChances:
    """Holds those that were not told yet."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._untold: list[TokenChance] = []

    def push(self, event: TokenEvent) -> None:
        """Take a token; one without a log-probability was not asked about."""
        if event.logprob is not None:
            likeliest = tuple(self._chance(each.token_id, each.logprob) for each in event.alternatives)
            self._untold.append(self._chance(event.token_id, event.logprob, likeliest))

    def take(self) -> tuple[TokenChance, ...]:
        told, self._untold = tuple(self._untold), []
        return told

    def _chance(self, token_id: int, logprob: float, likeliest: tuple[TokenChance, ...] = ()) -> TokenChance:
        content = self._renderer.token_bytes(token_id)
        return TokenChance(content.decode(errors="replace"), tuple(content), logprob, likeliest)
