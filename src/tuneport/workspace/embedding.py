"""A request for embeddings in our words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EmbeddingRequest:
    model: str
    inputs: tuple[str | tuple[int, ...], ...]
    """Texts, or the model's own tokens as its tokenizer gives them."""
    dimensions: int | None = None
    """How many numbers a vector must have; `None` takes the model's."""


@dataclass(frozen=True)
class EmbeddingAnswer:
    model: str
    vectors: tuple[bytes, ...]
    """One for each input, as 32-bit floats."""
    prompt_tokens: int
