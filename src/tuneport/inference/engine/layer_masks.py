"""What each kind of layer sees of a text: all that came before, the last so many tokens, or its own chunk."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tuneport.models import layer_kinds


class LayerMasks:
    def __init__(self, config: Any) -> None:
        """`config`: that of the text part of a model that the engine can answer with."""
        self._kinds = sorted(layer_kinds(config))
        self._window: int | None = getattr(config, "sliding_window", None)
        self._chunk: int | None = getattr(config, "attention_chunk_size", None)

    def masks(self, positions_BT: Tensor, n_keys: int) -> Tensor | dict[str, Tensor]:
        """Give what tokens at these positions see, `[B, 1, T, n_keys]`; for each kind of layer where there are several.

        Key *i* is the one of position *i*.
        """
        queries_BT1 = positions_BT[:, :, None]
        keys_K = torch.arange(n_keys, device=positions_BT.device)
        masks = {kind: self._mask(kind, queries_BT1, keys_K)[:, None] for kind in self._kinds}
        return masks if len(masks) > 1 else masks[self._kinds[0]]

    def _mask(self, kind: str, queries_BT1: Tensor, keys_K: Tensor) -> Tensor:
        before = keys_K <= queries_BT1
        if kind == "sliding_attention" and self._window is not None:
            return before & (keys_K > queries_BT1 - self._window)
        if kind == "chunked_attention" and self._chunk is not None:
            return before & (keys_K // self._chunk == queries_BT1 // self._chunk)
        return before
