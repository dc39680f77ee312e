"""How samples become the forests that this process computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tuneport.tokens import Forest, Sample, build_forest, cut_into_micro_batches, share_samples
from tuneport.train.parallel import Parallel


@dataclass(frozen=True)
class MicroBatch:
    samples: list[Sample]
    forest: Forest
    is_fill_in: bool = False
    """To be computed because other processes compute one then, and not to be counted."""


@dataclass(frozen=True)
class Batching:
    shares_prefixes: bool = True
    """False for models that must compute each row alone."""
    parallel: Parallel = field(default_factory=Parallel)
    is_sharded: bool = False
    """Each process holds a part of the frozen weights, so all must pass through the layers equally often."""

    def micro_batches(self, samples: Sequence[Sample], max_nodes: int) -> Iterator[MicroBatch]:
        """Give this process's share of `samples`, in forests of at most `max_nodes` nodes.

        Processes that must pass through the layers equally often get fill-ins where they have fewer.
        Raises `Stopped` in place of the next forest where the run is to stop.
        """
        shares = [self._cut(share, max_nodes) for share in self._shares(samples)]
        mine = shares[self.parallel.rank]
        for batch in mine:
            self.parallel.raise_if_stopping()
            yield MicroBatch(batch, self._build(batch))
        if self.is_sharded:
            smallest = [min(samples, key=lambda sample: sample.n_tokens)]
            for _ in range(max(map(len, shares)) - len(mine)):
                yield MicroBatch(smallest, self._build(smallest), is_fill_in=True)

    def count_nodes(self, samples: Sequence[Sample], max_nodes: int) -> int:
        """Give the nodes that all processes together compute for `samples`."""
        return sum(self.sizes(samples, max_nodes))

    def sizes(self, samples: Sequence[Sample], max_nodes: int) -> list[int]:
        """Give the nodes of each micro-batch of all processes."""
        shares = (self._cut(share, max_nodes) for share in self._shares(samples))
        return [self._build(batch).n_nodes for share in shares for batch in share]

    def _shares(self, samples: Sequence[Sample]) -> list[list[Sample]]:
        if self.parallel.n_processes == 1:
            return [list(samples)]
        return share_samples(samples, self.parallel.n_processes, share_prefixes=self.shares_prefixes)

    def _cut(self, samples: Sequence[Sample], max_nodes: int) -> list[list[Sample]]:
        return cut_into_micro_batches(samples, max_nodes, share_prefixes=self.shares_prefixes)

    def _build(self, batch: Sequence[Sample]) -> Forest:
        return build_forest([row for sample in batch for row in sample.rows], share_prefixes=self.shares_prefixes)
