"""The samples of a step, divided among processes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tuneport.tokens.forest import cut_into_micro_batches
from tuneport.tokens.sample import Sample


def share_samples(samples: Sequence[Sample], n_shares: int, *, share_prefixes: bool = True) -> list[list[Sample]]:
    """Divide `samples` so that the largest share has as few nodes as can be; every process finds the same shares.

    Samples with a common prefix stay together. There may be fewer samples than shares: the last ones are empty then.
    """

    def cut(max_nodes: int) -> list[list[Sample]]:
        return cut_into_micro_batches(samples, max_nodes, share_prefixes=share_prefixes)

    enough = sum(sample.n_tokens for sample in samples)
    smallest = bisect_left(range(enough), True, key=lambda max_nodes: len(cut(max_nodes)) <= n_shares)
    shares = cut(smallest)
    return shares + [[] for _ in range(n_shares - len(shares))]
