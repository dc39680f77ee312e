"""The next token of each text, from the model's logits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor

from tuneport.inference.engine.constraints import Constraint
from tuneport.inference.protocol import GenerateRequest, TokenLogprob

GREEDY_BELOW = 1e-4
"""A temperature this low is 0: dividing logits by it would overflow."""
LIKELY_TOKENS = 256
"""So many are ordered at first to find those with a share of the probability; more rarely matter."""


@dataclass(frozen=True)
class Drawn:
    token_id: int
    logprob: float | None = None
    alternatives: tuple[TokenLogprob, ...] = ()


class Sampler:
    """Draws the tokens of one request; with a seed, the same ones for the same logits."""

    def __init__(self, request: GenerateRequest) -> None:
        self._request = request
        self._counts: Counter[int] = Counter()
        self._generator = torch.Generator()
        if request.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(request.seed)

    @property
    def takes_likeliest(self) -> bool:
        """Whether nothing but the largest logit decides, and nothing else is asked for."""
        request = self._request
        return (
            self._is_greedy
            and request.n_logprobs is None
            and not (request.logit_bias or request.frequency_penalty or request.presence_penalty)
        )

    @property
    def _is_greedy(self) -> bool:
        return self._request.temperature < GREEDY_BELOW or self._request.top_p == 0

    def draw(self, logits_V: Tensor, constraint: Constraint | None = None) -> Drawn:
        """Give the next token. One that the constraint allows is what would be drawn without it."""
        logits_V = logits_V.float().cpu()
        shifted = self._shifted(logits_V)
        token_id = self._choose(shifted)
        # Drawn anew where it must not come: the chances are those of the masked logits, and most masks are not needed.
        if constraint is not None and not constraint.allows(token_id):
            token_id = self._choose(constraint.mask(shifted))
        self._counts[token_id] += 1
        if self._request.n_logprobs is None:
            return Drawn(token_id)
        logprobs_V = torch.log_softmax(logits_V, dim=0)
        best = logprobs_V.topk(self._request.n_logprobs)
        alternatives = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return Drawn(token_id, float(logprobs_V[token_id]), tuple(TokenLogprob(*each) for each in alternatives))

    def _shifted(self, logits_V: Tensor) -> Tensor:
        """Give the logits with biases and penalties; they are the model's own where there are none."""
        request = self._request
        shifts = {int(token_id): bias for token_id, bias in request.logit_bias.items()}
        if request.frequency_penalty or request.presence_penalty:
            for token_id, count in self._counts.items():
                penalty = request.frequency_penalty * count + request.presence_penalty
                shifts[token_id] = shifts.get(token_id, 0.0) - penalty
        shifts = {token_id: shift for token_id, shift in shifts.items() if 0 <= token_id < len(logits_V)}
        if not shifts:
            return logits_V
        places = torch.tensor(list(shifts))
        return logits_V.index_add(0, places, torch.tensor(list(shifts.values()), dtype=logits_V.dtype))

    def _choose(self, logits_V: Tensor) -> int:
        if self._is_greedy:
            return int(logits_V.argmax())
        probabilities = torch.softmax(logits_V / self._request.temperature, dim=0)
        if self._request.top_p < 1:
            probabilities = _nucleus(probabilities, self._request.top_p)
        return self._draw_from(probabilities)

    def _draw_from(self, probabilities_V: Tensor) -> int:
        """Give a token by one random number; `torch.multinomial` draws one for each token of the vocabulary."""
        reached_V = probabilities_V.cumsum(0, dtype=torch.float64)
        share = torch.rand((), generator=self._generator, dtype=torch.float64)
        # To the right of it: a token of probability 0 reaches no further than the one before.
        return int(torch.searchsorted(reached_V, share * reached_V[-1], right=True))


def _nucleus(probabilities_V: Tensor, top_p: float) -> Tensor:
    """Zero all but the likeliest tokens whose share reaches `top_p`; the likeliest always stays."""
    ordered, order = probabilities_V.topk(min(LIKELY_TOKENS, len(probabilities_V)))
    if float(ordered.sum()) < top_p:
        ordered, order = probabilities_V.sort(descending=True)
    before = ordered.cumsum(0) - ordered
    ordered[before >= top_p] = 0
    return torch.zeros_like(probabilities_V).scatter_(0, order, ordered)
