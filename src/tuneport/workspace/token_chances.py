"""How likely the tokens of an answer were, as text."""

from __future__ import annotations

from tuneport.inference import TokenEvent
from tuneport.tokens import AnswerText, Renderer
from tuneport.workspace.chat import TokenChance


class TokenChances:
    """Holds those that were not told yet, each until the text or call is told in which its token begins."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._text = AnswerText(renderer, (), ())
        self._n_characters = 0
        self._untold: list[tuple[int, TokenChance]] = []
        """Each with the characters of the answer before it."""

    def push(self, event: TokenEvent) -> None:
        """Take a token; one without a log-probability was not asked about."""
        if event.logprob is not None:
            likeliest = tuple(self._chance(each.token_id, each.logprob) for each in event.alternatives)
            self._untold.append((self._n_characters, self._chance(event.token_id, event.logprob, likeliest)))
            self._n_characters += len(self._text.push(event.token_id).content)

    def take(self, n_read: int | None) -> tuple[TokenChance, ...]:
        """Give those that begin within so many characters of the answer as it was written; `None` gives all."""
        end = len(self._untold)
        if n_read is not None:
            end = sum(start < n_read for start, _ in self._untold)
        told, self._untold = self._untold[:end], self._untold[end:]
        return tuple(chance for _, chance in told)

    def _chance(self, token_id: int, logprob: float, likeliest: tuple[TokenChance, ...] = ()) -> TokenChance:
        content = self._renderer.token_bytes(token_id)
        return TokenChance(content.decode(errors="replace"), tuple(content), logprob, likeliest)
