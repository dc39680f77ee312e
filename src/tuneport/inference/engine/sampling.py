"""One token from the model's logits."""

from __future__ import annotations

import torch
from torch import Tensor

GREEDY_BELOW = 1e-4
"""A temperature this low is 0: dividing logits by it would overflow."""


class Sampler:
    """Draws the tokens of one request; with a seed, the same ones for the same logits."""

    def __init__(self, temperature: float, top_p: float, seed: int | None) -> None:
        self._temperature = temperature
        self._top_p = top_p
        self._generator = torch.Generator()
        if seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(seed)

    def draw(self, logits_V: Tensor) -> int:
        if self._temperature < GREEDY_BELOW or self._top_p == 0:
            return int(logits_V.argmax())
        probabilities = torch.softmax(logits_V.float().cpu() / self._temperature, dim=0)
        if self._top_p < 1:
            probabilities = _nucleus(probabilities, self._top_p)
        return int(torch.multinomial(probabilities, 1, generator=self._generator))


def _nucleus(probabilities_V: Tensor, top_p: float) -> Tensor:
    """Zero all but the likeliest tokens whose share reaches `top_p`; the likeliest always stays."""
    ordered, order = probabilities_V.sort(descending=True)
    before = ordered.cumsum(0) - ordered
    ordered[before >= top_p] = 0
    return torch.zeros_like(probabilities_V).scatter_(0, order, ordered)
