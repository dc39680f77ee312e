"""Prompts that were computed already: the next prompt with the same beginning copies it."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from torch import Tensor

from tuneport.tokens import common_prefix

MIN_NEW_TOKENS = 48
"""A prompt that adds fewer tokens to what is stored is not stored beside it."""


class PrefixStore:
    """Keeps keys and values of whole prompts, least recently used out first. An adapter never sees another's."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[tuple[str | None, bytes], Tensor] = OrderedDict()

    def find(self, adapter: str | None, token_ids: list[int]) -> Tensor | None:
        """Give keys and values, `[layers, 2, heads, length, D]`, of the longest stored beginning.

        At least the prompt's last token is left to compute: its output is where the answer starts.
        """
        best_key, best_length = None, 0
        ids = np.asarray(token_ids[:-1], np.int32)
        for key in self._entries:
            if key[0] == adapter:
                length = common_prefix(np.frombuffer(key[1], np.int32), ids)
                if length > best_length:
                    best_key, best_length = key, length
        if best_key is None:
            return None
        self._entries.move_to_end(best_key)
        return self._entries[best_key][:, :, :, :best_length]

    def is_worth_storing(self, adapter: str | None, token_ids: list[int]) -> bool:
        stored = self.find(adapter, token_ids)
        return len(token_ids) - (0 if stored is None else stored.shape[3]) >= MIN_NEW_TOKENS

    def store(self, adapter: str | None, token_ids: list[int], prefix: Tensor) -> None:
        if prefix.nbytes > self._max_bytes:
            return
        key = (adapter, np.asarray(token_ids, np.int32).tobytes())
        if key in self._entries:
            return
        self._entries[key] = prefix
        self._bytes += prefix.nbytes
        while self._bytes > self._max_bytes:
            _, dropped = self._entries.popitem(last=False)
            self._bytes -= dropped.nbytes
