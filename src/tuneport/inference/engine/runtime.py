"""What the scheduler asks of a model in memory, whoever computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor


@dataclass(eq=False)
class Text:
    """A prompt and, behind it, its answer so far. The runtime that opened it keeps its keys and values."""

    adapter: str | None
    """Folder of its adapter."""
    token_ids: list[int]
    max_tokens: int
    """Of prompt and answer together."""
    n_computed: int = 0
    """Tokens whose keys and values are there."""
    n_shared: int = 0
    """How many of them were taken over from other texts."""
    place: Any = None
    """Where they are, which only the runtime knows."""

    def take_over(self, n_known: int) -> None:
        """Go on behind the first `n_known` tokens, which are there now."""
        self.n_shared += n_known - self.n_computed
        self.n_computed = n_known

    @property
    def n_left(self) -> int:
        return len(self.token_ids) - self.n_computed


@dataclass(frozen=True)
class Part:
    """The next tokens of a text that are to be computed."""

    text: Text
    n_tokens: int

    @property
    def is_last(self) -> bool:
        return self.n_tokens == self.text.n_left

    @property
    def token_ids(self) -> list[int]:
        return self.text.token_ids[self.text.n_computed : self.text.n_computed + self.n_tokens]


class Runtime(Protocol):
    """A base model and its adapters. Texts share what they have in common, as far as the adapter is the same."""

    def load_adapter(self, folder: str, in_use: set[str]) -> bool:
        """Have the adapter ready, dropping others, but none of `in_use`: `False` while those leave it no memory.

        Raises `EngineFailed`.
        """
        ...

    def has_room(self, text: Text) -> bool:
        """Say whether one more text, this one, can be held beside those that are open."""
        ...

    def open(self, text: Text) -> None:
        """Make room for a text whose adapter is ready, and take over what is known of it already."""

    def share(self, text: Text) -> None:
        """Take over what became known since then; at least the last token is left to compute."""

    def compute(self, parts: Sequence[Part]) -> Tensor:
        """Compute the parts and give the logits `[texts, tokens]` after each part that is the last of its text."""
        ...

    def close(self, text: Text) -> None:
        """Give up the room of a text; what was computed of it may be remembered."""
