"""An answer's tokens, one by one, into text and calls that can be shown at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tuneport.tokens.call_reader import AnswerPiece, CallReader, length_before
from tuneport.tokens.growing_text import GrowingText
from tuneport.tokens.renderer import Renderer
from tuneport.tokens.token_text import UNFINISHED_CHARACTER


class AnswerText:
    """Holds back what may still change: half a character, the start of a stop text, the start of a call."""

    def __init__(
        self,
        renderer: Renderer,
        stop_texts: Sequence[str],
        tool_names: Collection[str],
        *,
        max_calls: int | None = None,
    ) -> None:
        """`max_calls`: those after so many are dropped; `None` keeps all."""
        self._stop_texts = tuple(stop_texts)
        shape = renderer.call_shape if tool_names else None
        self._calls = CallReader(shape, tool_names, max_calls=max_calls) if shape else None
        self._written = GrowingText(renderer)
        self._text = ""
        self._n_given = 0
        self.is_stopped = False
        """A stop text has come: nothing more belongs to the answer."""

    def push(self, token_id: int) -> AnswerPiece:
        """Take the next token and give what is certain now; often nothing."""
        self._text = self._written.push(token_id)
        for stop_text in self._stop_texts:
            position = self._text.find(stop_text)
            if position >= 0:
                self._text = self._text[:position]
                self.is_stopped = True
        return self._give(len(self._text) if self.is_stopped else self._certain_length(), is_whole=False)

    def finish(self) -> AnswerPiece:
        """Give what was held back."""
        return self._give(len(self._text), is_whole=True)

    @property
    def n_tokens(self) -> int:
        return self._written.n_tokens

    @property
    def n_read(self) -> int:
        """Characters of the answer, as it was written, that were given or are no part of what is given."""
        return self._n_given if self._calls is None else self._calls.n_read

    @property
    def has_calls(self) -> bool:
        """Whether calls were made, and the arguments of each are whole."""
        return self._calls is not None and self._calls.n_calls > 0 and not self._calls.is_in_call

    def _certain_length(self) -> int:
        length = len(self._text.rstrip(UNFINISHED_CHARACTER))
        return min([length, *(length_before(self._text, stop_text) for stop_text in self._stop_texts)])

    def _give(self, length: int, *, is_whole: bool) -> AnswerPiece:
        if self._calls is not None:
            return self._calls.read(self._text[:length], is_whole=is_whole)
        new_text = self._text[self._n_given : length]
        self._n_given = max(self._n_given, length)
        return AnswerPiece(new_text)
