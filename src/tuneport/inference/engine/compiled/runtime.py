"""Models of Llama's kind on a CPU: all tokens of a step, of prompts and of answers, go through the weights together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import torch
from torch import Tensor

from tuneport.inference.engine.adapters import MAX_ADAPTER_BYTES, require_adapter
from tuneport.inference.engine.compiled.adapter_arrays import AdapterStack, read_plain_adapter, read_rank
from tuneport.inference.engine.compiled.attention import BLOCK_POSITIONS, Integers, Rows
from tuneport.inference.engine.compiled.blocks import BlockPool
from tuneport.inference.engine.compiled.forward import Cache, Shape, forward
from tuneport.inference.engine.compiled.model_arrays import read_layers, read_outer, read_shape, with_positions
from tuneport.inference.engine.compiled.products import MOST_ROWS, filled, rows_from
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS
from tuneport.inference.engine.runtime import Part, Text

if TYPE_CHECKING:
    from transformers import PreTrainedModel

IDLE_BYTES = 512 * 2**20
"""Keys and values of texts that are over take so much memory at most."""
_FIRST_POSITIONS = 1024


class CompiledRuntime:
    """Takes what it needs of `model`, which may be given up afterwards."""

    def __init__(
        self, model: PreTrainedModel, max_cache_bytes: int, max_adapter_bytes: int = MAX_ADAPTER_BYTES
    ) -> None:
        decoder: Any = model.model
        self._embedding = model.get_input_embeddings().weight.detach()
        self._rotary = decoder.rotary_emb
        self._n_tokens = model.get_output_embeddings().weight.shape[0]
        self._shape, self._layers = read_shape(model), read_layers(model)
        self._outer = read_outer(model, _FIRST_POSITIONS)
        self._adapters = AdapterStack(model)
        self._max_adapter_bytes = max_adapter_bytes
        self._loaded: OrderedDict[str, None] = OrderedDict()
        """Folders of adapters, the one unused for longest first."""
        n_heads = model.config.num_key_value_heads
        self._cache, self._pool = _allocate_cache(self._shape, model.config.num_hidden_layers, n_heads, max_cache_bytes)
        self._rows_together = MOST_ROWS // (self._shape.n_query_heads // n_heads)
        numba.set_num_threads(min(torch.get_num_threads(), numba.get_num_threads()))

    def compile(self) -> None:
        """Compile what is not compiled yet on this machine, which takes up to a minute, before anybody waits for it."""
        text = Text(None, [0], 1)
        self.open(text)
        self.compute([Part(text, 1)])
        self.close(text)

    @property
    def weight_bytes(self) -> int:
        """Give the bytes of all weights as they are packed, the embedding's but once."""
        return sum(array.nbytes for arrays in (self._layers, (self._outer.head,)) for array in arrays)

    @property
    def n_adapters(self) -> int:
        return len(self._loaded)

    def load_adapter(self, folder: str, in_use: set[str]) -> bool:
        require_adapter(folder)
        if folder not in self._loaded:
            rank, kept = read_rank(Path(folder)), self._loaded.keys() & in_use
            if kept and not self._has_adapter_room(kept, rank):
                return False
            for unused in [each for each in self._loaded if each not in kept]:
                if self._has_adapter_room(self._loaded, rank):
                    break
                self._adapters.drop(unused)
                del self._loaded[unused]
            self._adapters.put(folder, read_plain_adapter(Path(folder)))
        self._loaded[folder] = None
        self._loaded.move_to_end(folder)
        return True

    def _has_adapter_room(self, kept: Collection[str], rank: int) -> bool:
        return self._adapters.bytes_beside(kept, rank) <= self._max_adapter_bytes

    def has_room(self, text: Text) -> bool:
        return self._pool.has_room(text.max_tokens)

    def open(self, text: Text) -> None:
        text.place = self._pool.open(text.adapter, text.max_tokens)
        try:
            self.share(text)
        except Exception:
            # Nobody closes a text that was not opened: its blocks would be lost for good.
            self._pool.close(text.place)
            raise

    def close(self, text: Text) -> None:
        self._pool.close(text.place)

    def share(self, text: Text) -> None:
        """Go on from what other texts have computed in the meantime."""
        if text.n_computed == text.place.n_known * BLOCK_POSITIONS:
            text.take_over(self._pool.share(text.place, text.token_ids))

    @torch.inference_mode()
    def compute(self, parts: Sequence[Part]) -> Tensor:
        rows = self._rows(parts)
        self._reach(int(rows.positions.max()) + 1)
        token_ids = torch.tensor([token_id for part in parts for token_id in part.token_ids])
        hidden = np.zeros((filled(len(token_ids)), self._embedding.shape[1]), np.float32)
        hidden[: len(token_ids)] = self._embedding[token_ids].numpy()
        logits = forward(self._shape, self._layers, self._outer, self._adapters.arrays, self._cache, rows, hidden)
        for part in parts:
            part.text.n_computed += part.n_tokens
            self._pool.remember(part.text.place, part.text.token_ids, part.text.n_computed)
        return torch.from_numpy(logits)[: len(rows.wanted), : self._n_tokens]

    def _rows(self, parts: Sequence[Part]) -> Rows:
        sizes = [part.n_tokens for part in parts]
        ends = np.cumsum(sizes)
        blocks = np.zeros((len(parts), max(len(part.text.place.blocks) for part in parts)), np.int64)
        for index, part in enumerate(parts):
            blocks[index, : len(part.text.place.blocks)] = part.text.place.blocks
        adapters = [self._adapters.place_of(part.text.adapter) for part in parts]
        return Rows(
            positions=np.concatenate([part.text.n_computed + np.arange(part.n_tokens) for part in parts]),
            text_of_row=np.repeat(np.arange(len(parts)), sizes),
            blocks=blocks,
            tasks=np.asarray(
                [
                    (first, min(self._rows_together, end - first))
                    for end, size in zip(ends, sizes, strict=True)
                    for first in range(end - size, end, self._rows_together)
                ]
            ),
            adapter_runs=_adapter_runs(np.repeat(adapters, sizes)),
            wanted=np.asarray([end - 1 for end, part in zip(ends, parts, strict=True) if part.is_last], np.int64),
        )

    def _reach(self, n_positions: int) -> None:
        """Have the angles of so many positions."""
        n_known = len(self._outer.cosines_PD)
        if n_positions > n_known:
            self._outer = with_positions(self._outer, self._rotary, max(n_positions, 2 * n_known))


def _adapter_runs(adapters: Integers) -> Integers:
    """Give rows that follow each other and have one adapter, not -1, in as few products as there are for them."""
    runs: list[tuple[int, int, int]] = []
    starts = np.flatnonzero(np.diff(adapters, prepend=-2))
    for start, end in zip(starts, [*starts[1:], len(adapters)], strict=True):
        row = int(start)
        while adapters[start] >= 0 and row < end:
            runs.append((row, rows_from(row, int(end)), int(adapters[start])))
            row += runs[-1][1]
    return np.asarray(runs, np.int64).reshape(-1, 3)


def _allocate_cache(shape: Shape, n_layers: int, n_heads: int, max_bytes: int) -> tuple[Cache, BlockPool]:
    wide = -(-shape.head_size // TILE_OUTPUTS) * TILE_OUTPUTS
    block_bytes = 2 * n_layers * n_heads * wide * BLOCK_POSITIONS * 4
    n_blocks = max(1, max_bytes // block_bytes)
    # Pages of zeros take no memory until something is written there.
    keys = np.zeros((n_layers, n_blocks, n_heads, wide, BLOCK_POSITIONS), np.float32)
    values = np.zeros((n_layers, n_blocks, n_heads, wide // TILE_OUTPUTS, BLOCK_POSITIONS, TILE_OUTPUTS), np.float32)
    return Cache(keys, values), BlockPool(n_blocks, max_idle=IDLE_BYTES // block_bytes)
