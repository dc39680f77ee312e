"""LoRA adapters as `forward` reads them: side by side, so that each row of a batch may have another one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file

from tuneport.inference.engine.compiled.forward import AdapterArrays
from tuneport.inference.engine.compiled.products import LOW_OUTPUTS, Floats, SiteAdapters
from tuneport.inference.engine.compiled.tile_product import RANK_STEP
from tuneport.inference.engine.compiled.weight_packing import TILE_OUTPUTS
from tuneport.weights import ADAPTER_CONFIG_FILE, ADAPTER_FILE

_MODULES = {
    "qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "attention_output": ("self_attn.o_proj",),
    "gate_up": ("mlp.gate_proj", "mlp.up_proj"),
    "down": ("mlp.down_proj",),
}
_TENSOR = re.compile(r"base_model\.model\.model\.layers\.(\d+)\.(\w+\.\w+)\.lora_([AB])\.weight")
_BEYOND_PLAIN = (
    "use_dora",
    "use_qalora",
    "lora_bias",
    "modules_to_save",
    "trainable_token_indices",
    "alpha_pattern",
    "layer_replication",
    "alora_invocation_tokens",
    "fan_in_fan_out",
)
"""Settings of peft that change what an adapter computes."""
_FIRST_ADAPTERS = 2


class LowRank(NamedTuple):
    """One adapter of one matrix."""

    down_RK: Floats
    up_NR: Floats
    """Scaled."""


Adapter = dict[tuple[int, str], LowRank]
"""Layer and module → what is added there."""


def is_plain_adapter(folder: Path) -> bool:
    """Say whether the adapter of `folder` does nothing but add A · B to a layer's matrices."""
    config = _read_config(folder)
    if config.get("peft_type") != "LORA" or any(config.get(name) for name in _BEYOND_PLAIN):
        return False
    with safe_open(folder / ADAPTER_FILE, "pt") as tensors:
        return all(_place_of_tensor(name) is not None for name in tensors.keys())  # noqa: SIM118


def read_plain_adapter(folder: Path) -> Adapter:
    """Read an adapter of which `is_plain_adapter` is true."""
    config = _read_config(folder)
    pairs: dict[tuple[int, str], dict[str, Floats]] = {}
    for name, tensor in load_file(folder / ADAPTER_FILE).items():
        place = _place_of_tensor(name)
        assert place is not None
        layer, module, side = place
        pairs.setdefault((layer, module), {})[side] = tensor.float().numpy()
    return {place: _low_rank(pair, config) for place, pair in pairs.items()}


def read_rank(folder: Path) -> int:
    """Give the largest rank among the matrices of an adapter, from its settings."""
    config = _read_config(folder)
    ranks: list[int] = [config["r"], *(config.get("rank_pattern") or {}).values()]
    return max(ranks)


def _read_config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / ADAPTER_CONFIG_FILE).read_bytes())
    return config


def _place_of_tensor(name: str) -> tuple[int, str, str] | None:
    """Give layer, module and side (A or B) of a tensor; `None` if it is none of an adapter's two matrices there."""
    match = _TENSOR.fullmatch(name)
    if match is None or not any(match[2] in modules for modules in _MODULES.values()):
        return None
    return int(match[1]), match[2], match[3]


def _low_rank(pair: dict[str, Floats], config: dict[str, Any]) -> LowRank:
    rank = pair["A"].shape[0]
    scaling = config["lora_alpha"] / (math.sqrt(rank) if config.get("use_rslora") else rank)
    return LowRank(pair["A"], pair["B"] * np.float32(scaling))


class AdapterStack:
    """Room for adapters, which grows with their number and rank; the place of one that is dropped is used again."""

    def __init__(self, model: Any) -> None:
        self._n_layers = len(model.model.layers)
        layer = model.model.layers[0]
        self._sizes = {
            site: [(layer.get_submodule(each).in_features, layer.get_submodule(each).out_features) for each in modules]
            for site, modules in _MODULES.items()
        }
        self._places: list[str | None] = [None] * _FIRST_ADAPTERS
        self._ranks: dict[str, int] = {}
        """Of each adapter that is here; all are as wide as the widest."""
        self._rank = RANK_STEP
        self.arrays = self._allocate()

    def bytes_beside(self, names: Collection[str], rank: int) -> int:
        """Give what these adapters, which are here, and one more of this rank take together."""
        all_bytes = sum(site.down_LSTK.nbytes + site.up_LSTR.nbytes for site in self.arrays)
        bytes_of_a_row = all_bytes // len(self._places) // self._rank
        return bytes_of_a_row * _in_steps(max([rank, *(self._ranks[name] for name in names)])) * (len(names) + 1)

    def place_of(self, name: str | None) -> int:
        """Give where an adapter is; -1 for none."""
        return -1 if name is None else self._places.index(name)

    def put(self, name: str, adapter: Adapter) -> None:
        rank = max(len(low_rank.down_RK) for low_rank in adapter.values())
        widest = _in_steps(max([rank, *self._ranks.values()]))
        if None not in self._places or widest != self._rank:
            self._move(widest)
        place = self._places.index(None)
        for site, modules in _MODULES.items():
            for layer in range(self._n_layers):
                self._write(site, layer, place, [adapter.get((layer, module)) for module in modules])
        self._places[place], self._ranks[name] = name, rank

    def drop(self, name: str) -> None:
        self._places[self._places.index(name)] = None
        del self._ranks[name]

    def _write(self, site: str, layer: int, place: int, parts: list[LowRank | None]) -> None:
        arrays: SiteAdapters = getattr(self.arrays, site)
        sizes = self._sizes[site]
        n_low = arrays.down_LSTK.shape[2] * LOW_OUTPUTS
        down_LK = np.zeros((n_low, sizes[0][0]), np.float32)
        up_NR = np.zeros((sum(n_outputs for _, n_outputs in sizes), self._rank), np.float32)
        first_output = 0
        for part, (low_rank, (_, n_outputs)) in enumerate(zip(parts, sizes, strict=True)):
            if low_rank is not None:
                rank, first = low_rank.down_RK.shape[0], part * self._rank
                down_LK[first : first + rank] = low_rank.down_RK
                up_NR[first_output : first_output + n_outputs, :rank] = low_rank.up_NR
            first_output += n_outputs
        arrays.down_LSTK[layer, place] = _in_tiles(down_LK, LOW_OUTPUTS)
        arrays.up_LSTR[layer, place] = _in_tiles(up_NR, TILE_OUTPUTS)

    def _move(self, rank: int) -> None:
        """Make room for twice as many adapters as there are, of this rank; the places that nobody has are given up."""
        before, rank_before = self.arrays, self._rank
        kept = [place for place, name in enumerate(self._places) if name is not None]
        names = [self._places[place] for place in kept]
        self._rank = rank
        self._places = names + [None] * max(_FIRST_ADAPTERS, len(names))
        self.arrays = self._allocate()
        both = min(rank, rank_before)
        for old, new, sizes in zip(before, self.arrays, self._sizes.values(), strict=True):
            new.up_LSTR[:, : len(kept), :, : both * TILE_OUTPUTS] = old.up_LSTR[:, kept, :, : both * TILE_OUTPUTS]
            for part, row in product(range(len(sizes)), range(both)):
                kept_row = _row_of_tiles(old.down_LSTK, part * rank_before + row)[:, kept]
                _row_of_tiles(new.down_LSTK, part * rank + row)[:, : len(kept)] = kept_row

    def _allocate(self) -> AdapterArrays:
        return AdapterArrays(**{site: self._allocate_site(sizes) for site, sizes in self._sizes.items()})

    def _allocate_site(self, sizes: list[tuple[int, int]]) -> SiteAdapters:
        n_adapters, tiles = len(self._places), [n_outputs // TILE_OUTPUTS for _, n_outputs in sizes]
        n_low_tiles = -(-len(sizes) * self._rank // LOW_OUTPUTS)
        # Pages of zeros take no memory until an adapter is written there.
        return SiteAdapters(
            down_LSTK=np.zeros((self._n_layers, n_adapters, n_low_tiles, sizes[0][0] * LOW_OUTPUTS), np.float32),
            up_LSTR=np.zeros((self._n_layers, n_adapters, sum(tiles), self._rank * TILE_OUTPUTS), np.float32),
            part_of_tile=np.repeat(np.arange(len(sizes), dtype=np.int64), tiles),
        )


def _in_steps(rank: int) -> int:
    return -(-rank // RANK_STEP) * RANK_STEP


def _in_tiles(matrix: Floats, n_outputs: int) -> Floats:
    """Give `[tiles, inputs · n_outputs]` of `[outputs, inputs]`."""
    tiles = matrix.reshape(-1, n_outputs, matrix.shape[1]).transpose(0, 2, 1)
    return tiles.reshape(len(tiles), -1)


def _row_of_tiles(down_LSTK: Floats, row: int) -> Floats:
    """Give a view `[layers, adapters, inputs]` of one row of the first matrices."""
    return down_LSTK[:, :, row // LOW_OUTPUTS, row % LOW_OUTPUTS :: LOW_OUTPUTS]
