"""Any model, through transformers' own forward pass: answers one token at a time together, prompts one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tuneport.inference.engine.adapters import MAX_ADAPTER_BYTES, AdapterShelf
from tuneport.inference.engine.kv_cache import KvCache
from tuneport.inference.engine.layer_masks import LayerMasks
from tuneport.inference.engine.prefix_store import PrefixStore
from tuneport.inference.engine.runtime import Part, Text

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PREFIX_BYTES = 512 * 2**20


class TorchRuntime:
    """A text's place is its slot in the cache; the filled slots are always the first ones."""

    def __init__(
        self, model: PreTrainedModel, max_cache_bytes: int, max_adapter_bytes: int = MAX_ADAPTER_BYTES
    ) -> None:
        # Models that see pictures, too, keep what is said of their text apart.
        config = model.config.get_text_config()
        self._shelf = AdapterShelf(model, max_adapter_bytes)
        self._device = model.device
        self._masks = LayerMasks(config)
        self._cache = KvCache(config, model.device, model.dtype)
        self._max_cache_bytes = max_cache_bytes
        self._prefixes = PrefixStore(PREFIX_BYTES)
        self._texts: list[Text] = []

    def try_out(self) -> None:
        """Compute a text of three tokens, before anybody asks; what can't be computed raises here."""
        text = Text(None, [0, 0], 3)
        self.open(text)
        try:
            self.compute([Part(text, 2)])
            text.token_ids.append(0)
            self.compute([Part(text, 1)])
        finally:
            self.close(text)

    @property
    def n_adapters(self) -> int:
        return self._shelf.n_loaded

    def load_adapter(self, folder: str, in_use: set[str]) -> bool:
        return self._shelf.ensure(folder, in_use)

    def has_room(self, text: Text) -> bool:
        """Say whether one more fits; one alone always goes, as its model's context bounds it."""
        if not self._texts:
            return True
        longest = max(each.max_tokens for each in (text, *self._texts))
        return self._cache.bytes_for(len(self._texts) + 1, longest) <= self._max_cache_bytes

    @torch.inference_mode()
    def open(self, text: Text) -> None:
        if not self._texts:
            self._cache.shrink()
        text.place = len(self._texts)
        self._texts.append(text)
        try:
            self.share(text)
        except Exception:
            # Nobody closes a text that was not opened: its place would be lost for good.
            self._texts.pop()
            raise

    @torch.inference_mode()
    def share(self, text: Text) -> None:
        stored = self._prefixes.find(text.adapter, text.token_ids)
        if stored is not None and stored.shape[3] > text.n_computed:
            text.take_over(stored.shape[3])
            self._cache.write_prefix(text.place, stored)

    @torch.inference_mode()
    def close(self, text: Text) -> None:
        last = self._texts.pop()
        if last is not text:
            self._cache.move(last.place, text.place, last.n_computed)
            last.place = text.place
            self._texts[text.place] = last

    @torch.inference_mode()
    def compute(self, parts: Sequence[Part]) -> Tensor:
        single = [part for part in parts if part.n_tokens == 1]
        logits = dict(zip((part.text for part in single), self._decode(single), strict=True)) if single else {}
        for part in parts:
            if part.n_tokens > 1:
                logits[part.text] = self._prefill(part)
        last_ones = [logits[part.text] for part in parts if part.is_last]
        for part in parts:
            part.text.n_computed += part.n_tokens
        return torch.stack(last_ones) if last_ones else torch.empty(0, 0)

    def _prefill(self, part: Part) -> Tensor:
        """Compute one part alone; gives the logits after it, `[V]`."""
        text, start, end = part.text, part.text.n_computed, part.text.n_computed + part.n_tokens
        positions = torch.arange(start, end, device=self._device)
        self._cache.start_prefill(text.place, start, part.n_tokens)
        ids = torch.tensor([part.token_ids], device=self._device)
        logits = self._forward([text.adapter], ids, positions[None], end)[0]
        if part.is_last and self._prefixes.is_worth_storing(text.adapter, text.token_ids):
            self._prefixes.store(text.adapter, text.token_ids, self._cache.read_prefix(text.place, end))
        return logits

    def _decode(self, parts: Sequence[Part]) -> Tensor:
        """Compute one token of each text; gives the logits after it, `[texts, V]`."""
        texts = [part.text for part in parts]
        lengths = torch.tensor([text.n_computed for text in texts], device=self._device)
        ids = torch.tensor([part.token_ids for part in parts], device=self._device)
        self._cache.start_decode([text.place for text in texts], lengths)
        return self._forward([text.adapter for text in texts], ids, lengths[:, None], int(lengths.max()) + 1)

    def _forward(self, adapters: list[str | None], ids: Tensor, positions: Tensor, n_keys: int) -> Tensor:
        output = self._shelf.forward(
            adapters,
            input_ids=ids,
            position_ids=positions,
            attention_mask=self._masks.masks(positions, n_keys),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = output.logits[:, -1]
        return logits
