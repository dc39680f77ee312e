"""The text of tokens that come one by one. Each is decoded with a few before it, not with all of them."""

from __future__ import annotations

from tuneport.tokens.renderer import Renderer
from tuneport.tokens.token_text import UNFINISHED_CHARACTER


class GrowingText:
    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._token_ids: list[int] = []
        self._settled = ""
        """The text of the tokens before `_n_settled`."""
        self._n_settled = 0
        self._n_before = 0
        """Where those begin that are decoded again: what a token adds can depend on the one before it."""

    @property
    def n_tokens(self) -> int:
        return len(self._token_ids)

    def push(self, token_id: int) -> str:
        """Give the whole text; its end may be half a character."""
        self._token_ids.append(token_id)
        before = self._renderer.decode(self._token_ids[self._n_before : self._n_settled])
        with_new = self._renderer.decode(self._token_ids[self._n_before :])
        text = self._settled + with_new[len(before) :]
        if len(with_new) > len(before) and not with_new.endswith(UNFINISHED_CHARACTER):
            self._settled, self._n_before, self._n_settled = text, self._n_settled, len(self._token_ids)
        return text
