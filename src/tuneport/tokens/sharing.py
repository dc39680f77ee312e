"""How many tokens are left to compute, where rows that begin alike are computed once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import chain
from random import Random
from statistics import median_high
from typing import Any

from tuneport.tokens.forest import computed_path, count_nodes_of_paths
from tuneport.tokens.order import order_of_epoch
from tuneport.tokens.sample import Sample

MOST_TOKENS_KEPT = 8_000_000


@dataclass(frozen=True)
class Sharing:
    n_rows: int
    """Rows that were looked at: all with a token of loss, or, of a large file, some taken evenly."""
    tokens: int
    """Of those rows, as if each were computed alone."""
    batch_size: int
    tokens_in_batches: int
    """Distinct tokens to compute, batch by batch, in the order of a job's first epoch."""
    tokens_in_one_batch: int
    """Distinct tokens to compute were the rows one batch: what they have in common at all."""
    is_of_all_rows: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class RowSample:
    """Rows to look at for what they share: all of a file, or as many as memory is given to, evenly over it."""

    def __init__(self, most_tokens: int = MOST_TOKENS_KEPT) -> None:
        self._most_tokens = most_tokens
        self._random = Random(0)
        self._share = 1.0
        self._kept: list[tuple[float, int, tuple[bytes, ...]]] = []
        """Of each sample its draw, its tokens, and the paths of its rows."""
        self._n_tokens = 0

    def add(self, sample: Sample) -> None:
        draw = self._random.random()
        if draw >= self._share:
            return
        self._kept.append((draw, sample.n_tokens, tuple(map(computed_path, sample.rows))))
        self._n_tokens += sample.n_tokens
        while self._n_tokens > self._most_tokens and len(self._kept) > 1:
            self._share = median_high(draw for draw, _, _ in self._kept)
            self._kept = [kept for kept in self._kept if kept[0] < self._share]
            self._n_tokens = sum(n_tokens for _, n_tokens, _ in self._kept)

    def measure(self, batch_size: int, *, seed: int) -> Sharing | None:
        """Give what the rows share; `None` where no row was added."""
        paths = [paths for _, _, paths in self._kept]
        if not paths:
            return None
        order = order_of_epoch(len(paths), seed=seed, epoch=1)
        batches = [order[start : start + batch_size] for start in range(0, len(paths), batch_size)]
        return Sharing(
            n_rows=len(paths),
            tokens=self._n_tokens,
            batch_size=batch_size,
            tokens_in_batches=sum(
                count_nodes_of_paths(chain.from_iterable(paths[index] for index in batch)) for batch in batches
            ),
            tokens_in_one_batch=count_nodes_of_paths(chain.from_iterable(paths)),
            is_of_all_rows=self._share == 1,
        )
