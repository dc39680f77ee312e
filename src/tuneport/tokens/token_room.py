"""Whether a row that is being rendered is already longer than the model reads."""

from __future__ import annotations

from collections.abc import Sequence

from tuneport.tokens.stretches import StretchTokenizer, as_token_ids

_CHEAP_ANSWERS = 8
"""Of so many it costs less to render them than to count what stands before."""


class TokenRoom:
    """Counts the tokens of pieces only where there are more characters than the model reads tokens."""

    def __init__(self, tokenizer: StretchTokenizer, longest_row_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._longest = longest_row_tokens
        self._n_answers = self._n_bytes = self._n_tokens = 0
        self._uncounted: list[str] = []

    def is_left_after(self, texts: Sequence[str]) -> bool:
        """Take the next pieces of the row, up to the end of an answer, and say whether more of it would be trained."""
        self._n_answers += 1
        self._n_bytes += sum([len(text.encode()) for text in texts])
        self._uncounted += texts
        if self._n_answers <= _CHEAP_ANSWERS or self._n_bytes <= self._longest:
            return True
        self._n_tokens += sum([len(as_token_ids(ids)) for ids in self._tokenizer.tokenize(self._uncounted)])
        self._uncounted = []
        return self._n_tokens <= self._longest
