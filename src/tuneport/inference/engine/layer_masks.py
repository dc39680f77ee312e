"""What each kind of layer sees of a text: all that came before, the last so many tokens, or its own chunk."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tuneport.core import EngineFailed

_KINDS = ("full_attention", "sliding_attention", "chunked_attention")
"""In transformers' words. Layers of other kinds keep something else than keys and values, or choose among them."""


class LayerMasks:
    def __init__(self, config: Any) -> None:
        """`config`: that of the model's text part. Raises `EngineFailed` as `known_kinds` does."""
        self._kinds = known_kinds(config)
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


def known_kinds(config: Any) -> list[str]:
    """Give the kinds of a model's layers. Raises `EngineFailed` where a mask does not say what one of them sees."""
    kinds = sorted(set(getattr(config, "layer_types", None) or [_only_kind(config)]))
    others = [kind for kind in kinds if kind not in _KINDS]
    if others:
        raise EngineFailed(
            f"The model, of the kind {config.model_type!r}, has layers of the kind {others[0]!r}. The engine computes "
            f"{', '.join(map(repr, _KINDS))}. Serve the model with vLLM, or choose another one.",
            code="engine_start_failed",
        )
    return kinds


def _only_kind(config: Any) -> str:
    """Give the kind of all layers where the config does not list them."""
    has_window = getattr(config, "sliding_window", None) is not None
    return "sliding_attention" if has_window and getattr(config, "use_sliding_window", True) else "full_attention"
