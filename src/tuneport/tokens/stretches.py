"""Texts → token ids, where what texts have in common (instructions, tools, marks between turns) is encoded once.

A tokenizer takes its special tokens out of a text before it does anything else, and encodes each stretch between them
on its own: a stretch has the same tokens wherever it stands. Where that does not hold, a whole text is one stretch.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from tokenizers import Encoding, Tokenizer

from tuneport.tokens.special_marks import find_special_marks
from tuneport.tokens.two_steps import TwoSteps

MOST_CHARACTERS_REMEMBERED = 2**22
_FEWEST_CHARACTERS_FOR_THREADS = 4096

TokenBytes = bytes
"""Token ids as 32-bit numbers of this machine, one behind the other."""


def as_token_bytes(token_ids: Sequence[int]) -> TokenBytes:
    return array("i", token_ids).tobytes()


def as_token_ids(token_bytes: TokenBytes) -> list[int]:
    return array("i", token_bytes).tolist()


class StretchTokenizer:
    """Threads may share one."""

    def __init__(
        self, tokenizer: Tokenizer, *, most_characters: int = MOST_CHARACTERS_REMEMBERED, shortest_to_cut: int = 64
    ) -> None:
        """`most_characters`: of the stretches that are remembered. `shortest_to_cut`: a shorter text is one stretch."""
        self._tokenizer = tokenizer
        self._shortest_to_cut = shortest_to_cut
        self._marks = find_special_marks(tokenizer)
        self._recent = RecentStretches(most_characters)

    def tokenize(self, texts: Sequence[str]) -> list[TokenBytes]:
        """Give the ids of each text, without what the model may want around it; many at once take all cores."""
        return self.begin(texts).run()

    def begin(self, texts: Sequence[str]) -> TwoSteps[list[TokenBytes]]:
        """Give what `tokenize` does, its work for other threads apart."""
        stretches_of = [self._cut(text) for text in texts]
        ids_of, unknown = self._look_up({stretch for stretches in stretches_of for stretch in stretches})

        def finish(encodings: Sequence[Encoding]) -> list[TokenBytes]:
            for stretch, encoding in zip(unknown, encodings, strict=True):
                ids_of[stretch] = ids = as_token_bytes(encoding.ids)
                self._recent.keep(stretch, ids)
            return [b"".join([ids_of[stretch] for stretch in stretches]) for stretches in stretches_of]

        return TwoSteps(lambda: self._encode(unknown), finish)

    def _cut(self, text: str) -> list[str]:
        if self._marks is None or len(text) < self._shortest_to_cut:
            return [text]
        # Some tokenizers give a token for nothing.
        return [stretch for stretch in self._marks.split(text) if stretch] or [text]

    def _look_up(self, stretches: Iterable[str]) -> tuple[dict[str, TokenBytes], list[str]]:
        """Give the ids that are remembered, and the stretches of which they are not."""
        ids_of, unknown = {}, []
        for stretch in stretches:
            ids = self._recent.find(stretch)
            if ids is None:
                unknown.append(stretch)
            else:
                ids_of[stretch] = ids
        return ids_of, unknown

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        if sum(map(len, texts)) < _FEWEST_CHARACTERS_FOR_THREADS:
            return [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        return self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)


class RecentStretches:
    """Two halves: when the younger is full it becomes the older one, which what is asked for again comes out of."""

    def __init__(self, most_characters: int) -> None:
        """`most_characters`: of all stretches together; those used last, up to half of it, are always there."""
        self._most_characters_of_half = most_characters // 2
        self._n_characters_of_younger = 0
        self._younger: dict[str, TokenBytes] = {}
        self._older: dict[str, TokenBytes] = {}

    @property
    def n_characters(self) -> int:
        return sum(map(len, self._younger)) + sum(map(len, self._older))

    def find(self, stretch: str) -> TokenBytes | None:
        ids = self._younger.get(stretch)
        if ids is None and (ids := self._older.get(stretch)) is not None:
            self.keep(stretch, ids)
        return ids

    def keep(self, stretch: str, ids: TokenBytes) -> None:
        # Threads that turn the halves over at once forget more than they need to, and nothing else.
        if self._n_characters_of_younger + len(stretch) > self._most_characters_of_half:
            self._older, self._younger, self._n_characters_of_younger = self._younger, {}, 0
        self._younger[stretch] = ids
        self._n_characters_of_younger += len(stretch)
