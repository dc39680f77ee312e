"""Requests in, tokens out: a batch that requests join and leave between two tokens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tuneport.core import EngineFailed, TuneportError
from tuneport.inference.engine.adapters import AdapterShelf
from tuneport.inference.engine.constraints import Constraint, Grammars
from tuneport.inference.engine.kv_cache import KvCache
from tuneport.inference.engine.prefix_store import PrefixStore
from tuneport.inference.engine.sampling import Sampler
from tuneport.inference.protocol import EndEvent, EngineEvent, FailedEvent, FinishReason, GenerateRequest, TokenEvent
from tuneport.models import free_memory_bytes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MAX_SLOTS = 64
MAX_ADAPTERS = 16
PREFIX_BYTES = 512 * 2**20
CACHE_MEMORY_SHARE = 0.25
"""Keys and values may take so much of the memory that is free when the engine starts."""
PREFILL_TOKENS_PER_STEP = 512
"""Prompts join until so many new tokens were computed; then those that wait for their next token have a turn."""


@dataclass
class _Active:
    request: GenerateRequest
    sampler: Sampler
    length: int
    """Positions in the cache."""
    last_token: int
    n_generated: int
    cached_tokens: int
    constraint: Constraint | None
    """What the answer is held to."""

    def draw(self, logits_V: Tensor) -> int:
        """Give the next token. Raises `EngineFailed` for a constraint that can't go on."""
        if self.constraint is None:
            return self.sampler.draw(logits_V)
        token_id = self.sampler.draw(self.constraint.mask(logits_V))
        self.constraint.accept(token_id)
        return token_id


class Scheduler:
    """Holds the requests and the model. `step` does one piece of work; the caller loops."""

    def __init__(self, model: PreTrainedModel, emit: Callable[[EngineEvent], None]) -> None:
        self._shelf = AdapterShelf(model, MAX_ADAPTERS)
        self._device = model.device
        self._cache = KvCache(model.config, model.device, model.dtype)
        self._max_cache_bytes = int(free_memory_bytes(model.device) * CACHE_MEMORY_SHARE)
        self._prefixes = PrefixStore(PREFIX_BYTES)
        self._grammars = Grammars()
        self._emit = emit
        self._waiting: deque[GenerateRequest] = deque()
        self._active: list[_Active] = []

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._active

    def submit(self, request: GenerateRequest) -> None:
        self._waiting.append(request)

    @torch.inference_mode()
    def cancel(self, request_id: str) -> None:
        """Forget a request; its tokens stop, and nothing more is said of it."""
        self._waiting = deque(request for request in self._waiting if request.id != request_id)
        for slot, active in enumerate(self._active):
            if active.request.id == request_id:
                self._leave(slot)
                return

    @torch.inference_mode()
    def step(self) -> None:
        """Let waiting requests join, then give every active request its next token."""
        n_computed = 0
        while self._waiting and n_computed < PREFILL_TOKENS_PER_STEP and self._has_room(self._waiting[0]):
            n_computed += self._join(self._waiting.popleft())
        if self._active:
            self._decode()

    def _has_room(self, request: GenerateRequest) -> bool:
        """Say whether one more request fits; one alone always goes, as its model's context bounds it."""
        if not self._active:
            self._cache.shrink()
            return True
        requests = [request, *(active.request for active in self._active)]
        longest = max(len(each.token_ids) + each.max_tokens for each in requests)
        needed = self._cache.bytes_for(len(requests), longest)
        return len(requests) <= MAX_SLOTS and needed <= self._max_cache_bytes

    def _join(self, request: GenerateRequest) -> int:
        """Give a request a slot and its first token; gives the number of tokens that were computed."""
        try:
            constraint = self._grammars.constraint_for(request)
            if request.adapter_dir is not None:
                in_use = {active.request.adapter_dir for active in self._active if active.request.adapter_dir}
                self._shelf.ensure(request.adapter_dir, in_use)
            logits, cached_tokens = self._prefill(request)
        except TuneportError as error:
            self._emit(FailedEvent(request.id, error.message, error.code))
            return 0
        except Exception as error:
            # A damaged adapter, say: it fails its own request, not those of others.
            self._emit(FailedEvent(request.id, f"{type(error).__name__}: {error}", "engine_failed"))
            return 0
        sampler = Sampler(request.temperature, request.top_p, request.seed)
        active = _Active(request, sampler, len(request.token_ids), 0, 0, cached_tokens, constraint)
        self._active.append(active)
        self._accept(len(self._active) - 1, logits)
        return len(request.token_ids) - cached_tokens

    def _prefill(self, request: GenerateRequest) -> tuple[Tensor, int]:
        """Fill the next slot with the prompt. Gives the logits after it, `[V]`, and the tokens that were stored."""
        slot = len(self._active)
        stored = self._prefixes.find(request.adapter_dir, request.token_ids)
        start = 0
        if stored is not None:
            start = stored.shape[3]
            self._cache.write_prefix(slot, stored)
        new_ids = torch.tensor([request.token_ids[start:]], device=self._device)
        positions = torch.arange(start, len(request.token_ids), device=self._device)
        self._cache.start_prefill(slot, start, new_ids.shape[1])
        mask = torch.arange(len(request.token_ids), device=self._device)[None, :] <= positions[:, None]
        logits = self._forward([request.adapter_dir], new_ids, positions[None], mask[None, None])
        if self._prefixes.is_worth_storing(start, len(request.token_ids)):
            prefix = self._cache.read_prefix(slot, len(request.token_ids))
            self._prefixes.store(request.adapter_dir, request.token_ids, prefix)
        return logits[0], start

    def _decode(self) -> None:
        lengths = torch.tensor([active.length for active in self._active], device=self._device)
        last_ids = torch.tensor([[active.last_token] for active in self._active], device=self._device)
        self._cache.start_decode(lengths)
        mask = torch.arange(int(lengths.max()) + 1, device=self._device)[None, :] <= lengths[:, None]
        adapters = [active.request.adapter_dir for active in self._active]
        logits = self._forward(adapters, last_ids, lengths[:, None], mask[:, None, None])
        # Backwards: a request that leaves is replaced by the last one.
        for slot in reversed(range(len(self._active))):
            self._active[slot].length += 1
            self._accept(slot, logits[slot])

    def _forward(self, adapters: list[str | None], ids: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        output = self._shelf.forward(
            adapters,
            input_ids=ids,
            position_ids=positions,
            attention_mask=mask,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = output.logits[:, -1]
        return logits

    def _accept(self, slot: int, logits_V: Tensor) -> None:
        """Draw the next token of a slot, say it, and let the request leave if it was the last."""
        active = self._active[slot]
        try:
            token_id = active.draw(logits_V)
        except EngineFailed as error:
            self._emit(FailedEvent(active.request.id, error.message, error.code))
            self._leave(slot)
            return
        if token_id in active.request.stop_token_ids:
            self._finish(slot, "stop")
            return
        active.last_token = token_id
        active.n_generated += 1
        self._emit(TokenEvent(active.request.id, token_id))
        if active.constraint is not None and active.constraint.is_complete:
            self._finish(slot, "stop")
        elif active.n_generated >= active.request.max_tokens:
            self._finish(slot, "length")

    def _finish(self, slot: int, reason: FinishReason) -> None:
        active = self._active[slot]
        self._emit(EndEvent(active.request.id, reason, active.cached_tokens))
        self._leave(slot)

    def _leave(self, slot: int) -> None:
        last = self._active.pop()
        if slot < len(self._active):
            self._cache.move(len(self._active), slot, last.length)
            self._active[slot] = last
