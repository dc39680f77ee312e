"""Answers held to a grammar: which tokens may come next, in a form that takes the others' logits away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from llguidance import LLMatcher, LLTokenizer
from torch import Tensor

from tuneport.core import EngineFailed
from tuneport.inference.protocol import GenerateRequest

MAX_COMPILED = 64


class Constraint:
    """One answer's grammar and how far the answer is in it."""

    def __init__(self, matcher: LLMatcher, stop_token_ids: Collection[int]) -> None:
        self._matcher = matcher
        self._stop_token_ids = frozenset(stop_token_ids)

    def allows(self, token_id: int) -> bool:
        """Say whether this token may come next; far cheaper than the mask. Raises `EngineFailed`."""
        self._require_no_error()
        if token_id in self._stop_token_ids:
            return self._matcher.is_accepting()
        # Where only these characters can follow, they come as the tokenizer itself cuts them.
        forced = self._matcher.compute_ff_tokens()
        return token_id == forced[0] if forced else self._matcher.validate_tokens([token_id]) == 1

    def mask(self, logits_V: Tensor) -> Tensor:
        """Give the logits with minus infinity for every token that must not come next. Raises `EngineFailed`."""
        allowed = np.unpackbits(np.frombuffer(self._matcher.compute_bitmask(), np.uint8), bitorder="little")
        self._require_no_error()
        # A model may have more rows in its head than its tokenizer has tokens.
        allowed = np.pad(allowed[: len(logits_V)], (0, max(0, len(logits_V) - len(allowed))))
        allowed_V = torch.from_numpy(allowed).to(logits_V.device, torch.bool)
        return logits_V.masked_fill(~allowed_V, -torch.inf)

    def accept(self, token_id: int) -> None:
        """Take the token that was drawn. Raises `EngineFailed`."""
        self._matcher.consume_token(token_id)
        self._require_no_error()

    @property
    def is_complete(self) -> bool:
        """Whether the answer is what the grammar describes, and nothing can follow."""
        return self._matcher.is_stopped()

    def _require_no_error(self) -> None:
        if self._matcher.is_error():
            raise EngineFailed(
                "The answer can't be held to its grammar or schema any longer: "
                f"{self._matcher.get_error().splitlines()[0]} Simplify it.",
                code="grammar_failed",
            )


class Grammars:
    """Compiled grammars, the least recently used dropped. A grammar that comes again costs nothing."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[tuple[str, ...], LLMatcher] = OrderedDict()

    def constraint_for(self, request: GenerateRequest) -> Constraint | None:
        """Give what a request's answer is held to; `None` where it is free. Raises `EngineFailed`."""
        if request.grammar is None or request.tokenizer_file is None:
            return None
        key = (request.tokenizer_file, *map(str, request.stop_token_ids), request.grammar)
        if key not in self._compiled:
            tokenizer = _read_tokenizer(request.tokenizer_file, tuple(request.stop_token_ids))
            self._compiled[key] = LLMatcher(tokenizer, request.grammar)
            if len(self._compiled) > MAX_COMPILED:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(key)
        return Constraint(self._compiled[key].deep_copy(), request.stop_token_ids)


@lru_cache(maxsize=4)
def _read_tokenizer(file: str, stop_token_ids: tuple[int, ...]) -> LLTokenizer:
    return LLTokenizer(Path(file).read_text(encoding="utf-8"), eos_token=list(stop_token_ids))
