"""Room for keys and values in blocks of 32 tokens, which texts with the same beginning share."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from tuneport.inference.engine.compiled.attention import BLOCK_POSITIONS

Beginning = tuple[int, bytes]
"""A known block: the number of the one before it, and its own tokens."""


@dataclass
class BlockList:
    """The blocks of one text, in order."""

    blocks: list[int]
    last_known: int
    """Number of the last block that others may share, of the `n_known` first ones."""
    n_known: int = 0


@dataclass
class _Block:
    number: int = 0
    """Unlike the place, never used again: what came after a forgotten block can't be found any more."""
    n_users: int = 0
    beginning: Beginning | None = None


@dataclass
class BlockPool:
    """Hands out blocks. A full one can be found by its tokens, also when no text uses it, until its room is needed."""

    n_blocks: int
    max_idle: int
    """Blocks that are kept without a user; the one unused for longest goes first."""
    _free: list[int] = field(init=False)
    _blocks: list[_Block] = field(init=False)
    _known: dict[Beginning, int] = field(default_factory=dict)
    _idle: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _roots: dict[str | None, int] = field(default_factory=dict)
    _n_numbers: int = 0

    def __post_init__(self) -> None:
        self._free = list(reversed(range(self.n_blocks)))
        self._blocks = [_Block() for _ in range(self.n_blocks)]

    def has_room(self, n_tokens: int) -> bool:
        return blocks_for(n_tokens) <= len(self._free) + len(self._idle)

    def open(self, adapter: str | None, max_tokens: int) -> BlockList:
        """Give blocks for a text of so many tokens; there must be room."""
        if adapter not in self._roots:
            self._roots[adapter] = self._next_number()
        return BlockList([self._take() for _ in range(blocks_for(max_tokens))], self._roots[adapter])

    def share(self, own: BlockList, token_ids: list[int]) -> int:
        """Replace blocks by known ones with the same tokens, behind those known; give how many tokens are known then.

        At least the last token is left to compute: its output is where the answer starts.
        """
        while (own.n_known + 1) * BLOCK_POSITIONS < len(token_ids):
            found = self._known.get(_beginning(own, token_ids))
            if found is None:
                break
            self._release(own.blocks[own.n_known])
            self._use(found)
            own.blocks[own.n_known] = found
            own.last_known, own.n_known = self._blocks[found].number, own.n_known + 1
        return own.n_known * BLOCK_POSITIONS

    def remember(self, own: BlockList, token_ids: list[int], n_computed: int) -> None:
        """Let others find the blocks that are full by now."""
        while (own.n_known + 1) * BLOCK_POSITIONS <= n_computed:
            beginning = _beginning(own, token_ids)
            place = own.blocks[own.n_known]
            if beginning in self._known:
                # Another text was faster; this one keeps its own, and goes on from the known one.
                own.last_known = self._blocks[self._known[beginning]].number
            else:
                self._known[beginning] = place
                self._blocks[place].beginning, self._blocks[place].number = beginning, self._next_number()
                own.last_known = self._blocks[place].number
            own.n_known += 1

    def close(self, own: BlockList) -> None:
        # The last ones first, so that they are the first to go: without those before them nobody finds them.
        for place in reversed(own.blocks):
            self._release(place)

    def forget(self) -> None:
        """Forget every block that no text uses."""
        while self._idle:
            self._free.append(self._forget_oldest())

    def _take(self) -> int:
        place = self._free.pop() if self._free else self._forget_oldest()
        self._blocks[place].n_users = 1
        return place

    def _use(self, place: int) -> None:
        self._idle.pop(place, None)
        self._blocks[place].n_users += 1

    def _release(self, place: int) -> None:
        block = self._blocks[place]
        block.n_users -= 1
        if block.n_users:
            return
        if block.beginning is None:
            self._free.append(place)
            return
        self._idle[place] = None
        if len(self._idle) > self.max_idle:
            self._free.append(self._forget_oldest())

    def _forget_oldest(self) -> int:
        place, _ = self._idle.popitem(last=False)
        beginning = self._blocks[place].beginning
        assert beginning is not None
        del self._known[beginning]
        self._blocks[place] = _Block()
        return place

    def _next_number(self) -> int:
        self._n_numbers += 1
        return self._n_numbers


def blocks_for(n_tokens: int) -> int:
    return -(-n_tokens // BLOCK_POSITIONS)


def _beginning(own: BlockList, token_ids: list[int]) -> Beginning:
    first = own.n_known * BLOCK_POSITIONS
    return own.last_known, np.asarray(token_ids[first : first + BLOCK_POSITIONS], np.int32).tobytes()
