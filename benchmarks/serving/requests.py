"""What is asked of both sides."""

from __future__ import annotations

import random
from dataclasses import dataclass

SHARED_TOKENS = 1500


@dataclass(frozen=True)
class Ask:
    """A prompt, how many tokens its answer has, and the adapter that answers."""

    token_ids: tuple[int, ...]
    n_tokens: int
    adapter: str | None = None


def alike(n_requests: int, vocabulary: int, *, n_prompt: int = 32, n_tokens: int = 64) -> list[Ask]:
    """Give different prompts of one length, with answers of one length: what suits a batch of fixed size best."""
    draw = random.Random(1)
    return [Ask(_prompt(draw, vocabulary, n_prompt), n_tokens) for _ in range(n_requests)]


def mixed(n_requests: int, vocabulary: int) -> list[Ask]:
    """Give prompts and answers of different lengths."""
    draw = random.Random(2)
    return [Ask(_prompt(draw, vocabulary, draw.randrange(16, 129)), draw.randrange(16, 129)) for _ in range(n_requests)]


def sharing(vocabulary: int, turn: int) -> list[Ask]:
    """Give two requests whose first 1,500 tokens are the same, and unlike those of another turn."""
    draw = random.Random(1000 + turn)
    beginning = _prompt(draw, vocabulary, SHARED_TOKENS)
    return [Ask((*beginning, *_prompt(draw, vocabulary, 12)), 1) for _ in range(2)]


def _prompt(draw: random.Random, vocabulary: int, n_tokens: int) -> tuple[int, ...]:
    # The first tokens of a vocabulary are special ones.
    return tuple(draw.randrange(100, vocabulary) for _ in range(n_tokens))
