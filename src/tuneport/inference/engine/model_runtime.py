"""A model's runtime: compiled where that is known to be the same function, transformers' own for everything else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from tuneport.core import EngineFailed
from tuneport.inference.engine.adapters import require_adapter
from tuneport.inference.engine.compiled import CompiledRuntime, is_plain_adapter, why_not_compiled
from tuneport.inference.engine.runtime import Part, Runtime, Text
from tuneport.inference.engine.torch_runtime import TorchRuntime
from tuneport.models import (
    free_memory_bytes,
    load_base,
    pick_device,
    read_model_config,
    why_engine_cannot_answer,
)

_LOG = logging.getLogger(__name__)
CACHE_MEMORY_SHARE = 0.25
"""Keys and values may take so much of the memory that is free when the engine starts."""


def load_runtime(model_folder: Path, *, quantization: Literal["none", "nf4"]) -> Runtime:
    """Raises `EngineFailed` for a model that is not computed here."""
    # Before it is read, which takes minutes for a large one.
    _require_known(read_model_config(model_folder))
    device = pick_device("auto")
    load = partial(load_base, model_folder, device, attention="sdpa", quantization=quantization)
    model = load()
    max_cache_bytes = int(free_memory_bytes(device) * CACHE_MEMORY_SHARE)
    why_not = why_not_compiled(model)
    if why_not is not None:
        _LOG.warning("The model is computed by transformers, and not by compiled code: %s.", why_not)
        runtime = TorchRuntime(model, max_cache_bytes)
        runtime.try_out()
        return runtime
    compiled = CompiledRuntime(model, max_cache_bytes)
    compiled.compile()
    return MixedRuntime(compiled, lambda: TorchRuntime(load(), max_cache_bytes))


def _require_known(config: Any) -> None:
    why_not = why_engine_cannot_answer(config)
    if why_not is not None:
        raise EngineFailed(
            f"The model, of the kind {config.model_type!r}, {why_not}, so the engine can't compute it. Serve it with "
            "vLLM, or choose another one.",
            code="engine_start_failed",
        )


class MixedRuntime:
    """Adapters that are more than added matrices go through transformers, with a second copy of the model."""

    def __init__(self, compiled: CompiledRuntime, load_general: Callable[[], TorchRuntime]) -> None:
        self._compiled = compiled
        self._load_general = load_general
        self._general: TorchRuntime | None = None
        self._is_plain: dict[str, bool] = {}

    @property
    def weight_bytes(self) -> int:
        return self._compiled.weight_bytes

    def load_adapter(self, folder: str, in_use: set[str]) -> bool:
        require_adapter(folder)
        if folder not in self._is_plain:
            self._is_plain[folder] = is_plain_adapter(Path(folder))
        return self._runtime_of(folder).load_adapter(folder, in_use)

    def has_room(self, text: Text) -> bool:
        return self._runtime_of(text.adapter).has_room(text)

    def open(self, text: Text) -> None:
        self._runtime_of(text.adapter).open(text)

    def share(self, text: Text) -> None:
        self._runtime_of(text.adapter).share(text)

    def close(self, text: Text) -> None:
        self._runtime_of(text.adapter).close(text)

    def compute(self, parts: Sequence[Part]) -> Tensor:
        rows: dict[Text, Tensor] = {}
        for runtime in (self._compiled, self._general):
            own = [part for part in parts if self._runtime_of(part.text.adapter) is runtime]
            if runtime is not None and own:
                last_ones = [part.text for part in own if part.is_last]
                rows |= zip(last_ones, runtime.compute(own), strict=True)
        return torch.stack([rows[part.text] for part in parts if part.text in rows]) if rows else torch.empty(0, 0)

    def _runtime_of(self, adapter: str | None) -> CompiledRuntime | TorchRuntime:
        if adapter is None or self._is_plain[adapter]:
            return self._compiled
        if self._general is None:
            _LOG.warning("The adapter %s is more than added matrices: a second copy of the model answers it.", adapter)
            self._general = self._load_general()
        return self._general
