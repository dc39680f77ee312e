"""What one line of a data file trains."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tuneport.data import AnyExample, Example, PreferenceExample
from tuneport.tokens.renderer import Renderer, TokenizedRow


@dataclass(frozen=True)
class Sample:
    """One row, or the two of a preference pair: they share a loss, so they stay in one micro-batch."""

    rows: tuple[TokenizedRow, ...]
    """At least one."""
    reference_logprobs: tuple[float, ...] = ()
    """Log-probability of each row's trained tokens before training, in nats; empty where the objective needs none."""

    @property
    def line(self) -> int:
        """Line in the data file, from 1."""
        return self.rows[0].line

    @property
    def n_tokens(self) -> int:
        """Tokens of all rows, as if each were computed alone."""
        return sum([len(row.token_ids) for row in self.rows])

    @property
    def loss_tokens(self) -> int:
        return sum(row.loss_tokens for row in self.rows)

    @property
    def is_cut(self) -> bool:
        return any(row.is_cut for row in self.rows)

    @property
    def has_loss(self) -> bool:
        """Whether it teaches anything: every row has a token that carries loss, and the two of a pair differ."""
        is_tie = len(self.rows) > 1 and np.array_equal(self.rows[0].token_ids, self.rows[1].token_ids)
        return not is_tie and all(row.loss_tokens > 0 for row in self.rows)

    def cut_to(self, longest_row_tokens: int) -> Sample:
        """Give the sample as training sees it, each row cut at its end."""
        if max([len(row.token_ids) for row in self.rows]) <= longest_row_tokens:
            return self
        return replace(self, rows=tuple(row.cut_to(longest_row_tokens) for row in self.rows))

    @property
    def content_hash(self) -> int:
        """Give a number that samples of the same tokens and weights have in common, within one process."""
        return hash(tuple((row.token_ids.tobytes(), row.loss_weights.tobytes()) for row in self.rows))


def tokenize_sample(example: AnyExample, renderer: Renderer, *, longest_row_tokens: int) -> Sample:
    """Give what a line trains: its row, or the two of a preference pair, the preferred one first.

    Raises `InvalidRequest` where the model's template or tokens do not fit the line.
    """
    if isinstance(example, Example):
        return Sample((renderer.tokenize_example(example, longest_row_tokens=longest_row_tokens),))
    if isinstance(example, PreferenceExample):
        pair = (example.preferred, example.non_preferred)
        return Sample(tuple(renderer.tokenize_example(row, longest_row_tokens=longest_row_tokens) for row in pair))
    return Sample((renderer.tokenize_text(example, longest_row_tokens=longest_row_tokens),))
