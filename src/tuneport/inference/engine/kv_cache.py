"""Keys and values of the requests in a batch: one slot each, the filled slots always the first ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

FIRST_SLOTS = 4
FIRST_POSITIONS = 512


class KvCache:
    """Stands in for transformers' cache: each layer hands its new keys and values to `update` and gets what to see."""

    def __init__(self, config: Any, device: torch.device, dtype: torch.dtype) -> None:
        """`config`: that of the text part of a model that keeps keys and values."""
        n_query_heads = config.num_attention_heads
        # Older models have keys and values of their own for each head.
        self._n_layers = config.num_hidden_layers
        self._n_heads = getattr(config, "num_key_value_heads", None) or n_query_heads
        self._head_dim = getattr(config, "head_dim", None) or config.hidden_size // n_query_heads
        self._device, self._dtype = device, dtype
        self._storage = self._allocate(FIRST_SLOTS, FIRST_POSITIONS)
        self._slots: slice | Tensor = slice(0, 0)
        self._rows = torch.zeros(0, dtype=torch.long)
        self._positions = torch.zeros(0, 0, dtype=torch.long)
        self._length = 0

    def bytes_for(self, n_slots: int, n_positions: int) -> int:
        """Give the memory that the cache takes once it has grown to so many slots of such a length."""
        per_position = self._n_layers * 2 * self._n_heads * self._head_dim * self._storage.element_size()
        slots, positions = self._storage.shape[2], self._storage.shape[4]
        return int(_grown(slots, n_slots) * _grown(positions, n_positions) * per_position)

    def shrink(self) -> None:
        """Forget everything and give the memory back; growth is for requests that are gone."""
        self._storage = self._allocate(FIRST_SLOTS, FIRST_POSITIONS)

    def start_prefill(self, slot: int, start: int, n_tokens: int) -> None:
        """The next forward pass writes positions `start` to `start + n_tokens` of `slot`."""
        positions = torch.arange(start, start + n_tokens, device=self._device)[None]
        self._plan([slot], positions, start + n_tokens)

    def start_decode(self, slots: list[int], lengths: Tensor) -> None:
        """The next forward pass writes one token to each of `slots`, after what it holds."""
        self._plan(slots, lengths[:, None], int(lengths.max()) + 1)

    def update(self, keys: Tensor, values: Tensor, layer_index: int, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """Store `[B, heads, n, D]` and give everything stored for these slots, `[B, heads, length, D]`."""
        layer = self._storage[layer_index]
        for kind, new in enumerate((keys, values)):
            layer[kind, self._rows, :, self._positions] = new.transpose(1, 2)
        return layer[0, self._slots, :, : self._length], layer[1, self._slots, :, : self._length]

    def read_prefix(self, slot: int, length: int) -> Tensor:
        """Copy the first `length` positions of a slot: `[layers, 2, heads, length, D]`."""
        return self._storage[:, :, slot, :, :length].clone()

    def write_prefix(self, slot: int, prefix: Tensor) -> None:
        self._grow(slot + 1, prefix.shape[3])
        self._storage[:, :, slot, :, : prefix.shape[3]] = prefix

    def move(self, source: int, target: int, length: int) -> None:
        """Copy one slot onto another, so that the filled slots stay together."""
        self._storage[:, :, target, :, :length] = self._storage[:, :, source, :, :length]

    def get_seq_length(self, *_: Any) -> int:
        return self._length

    def _plan(self, slots: list[int], positions: Tensor, length: int) -> None:
        self._grow(max(slots) + 1, length)
        self._positions, self._length = positions, length
        rows = torch.tensor(slots, device=self._device)
        self._rows = rows[:, None]
        # Neighbours are read where they are; others must be copied.
        is_range = slots == list(range(slots[0], slots[0] + len(slots)))
        self._slots = slice(slots[0], slots[0] + len(slots)) if is_range else rows

    def _grow(self, n_slots: int, n_positions: int) -> None:
        slots, positions = self._storage.shape[2], self._storage.shape[4]
        if n_slots <= slots and n_positions <= positions:
            return
        larger = self._allocate(_grown(slots, n_slots), _grown(positions, n_positions))
        larger[:, :, :slots, :, :positions] = self._storage
        self._storage = larger

    def _allocate(self, n_slots: int, n_positions: int) -> Tensor:
        # Zeros: what is not filled yet is masked, but a NaN there would still spoil the sum.
        shape = (self._n_layers, 2, n_slots, self._n_heads, n_positions, self._head_dim)
        return torch.zeros(shape, dtype=self._dtype, device=self._device)


def _grown(size: int, needed: int) -> int:
    while size < needed:
        size *= 2
    return size
