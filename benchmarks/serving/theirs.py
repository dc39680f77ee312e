"""Their side: transformers' `generate` with its own cache, requests as one padded batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.serving.requests import Ask
from tuneport.models import load_base

PAD = 0


class Theirs:
    def __init__(self, folder: Path) -> None:
        self._model: Any = load_base(folder, torch.device("cpu"), attention="sdpa")
        self._model.generation_config.eos_token_id = None
        self._model.generation_config.pad_token_id = PAD

    @property
    def vocabulary(self) -> int:
        size: int = self._model.config.vocab_size
        return size

    @torch.inference_mode()
    def answer(self, asked: Sequence[Ask]) -> tuple[list[list[int]], float]:
        """Give the greedy answers, and the seconds that they took; short ones wait for the longest."""
        longest = max(len(ask.token_ids) for ask in asked)
        started = time.perf_counter()
        ids = torch.full((len(asked), longest), PAD)
        mask = torch.zeros_like(ids)
        for row, ask in enumerate(asked):
            ids[row, longest - len(ask.token_ids) :] = torch.tensor(ask.token_ids)
            mask[row, longest - len(ask.token_ids) :] = 1
        n_tokens = max(ask.n_tokens for ask in asked)
        output = self._model.generate(ids, attention_mask=mask, do_sample=False, max_new_tokens=n_tokens)
        seconds = time.perf_counter() - started
        return [row[: ask.n_tokens] for row, ask in zip(output[:, longest:].tolist(), asked, strict=True)], seconds

    @torch.inference_mode()
    def next_logits(self, token_ids: Sequence[int]) -> Tensor:
        """Give the logits after some tokens, `[V]`."""
        logits: Tensor = self._model(torch.tensor([token_ids]), logits_to_keep=1).logits[0, -1]
        return logits
