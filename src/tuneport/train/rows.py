"""The run's rows: tokenized once, reported by line, and laid out in steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuneport.config import DataReport, ModelSection, ScheduleSection
from tuneport.core import TrainingFailed
from tuneport.data import read_examples
from tuneport.tokens import Renderer, TokenizedExample, build_forest, cut_into_micro_batches

MAX_LINES_REPORTED = 1000


@dataclass(frozen=True)
class StepPlan:
    """Which rows make which step; a function of the seed alone, so that a resumed run meets the same rows."""

    rows: list[TokenizedExample]
    schedule: ScheduleSection
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.rows) // self.schedule.batch_size)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.schedule.n_epochs

    def epoch_of(self, step: int) -> int:
        """Give the epoch, from 1, of a step, from 1."""
        return (step - 1) // self.steps_per_epoch + 1

    def is_epoch_end(self, step: int) -> bool:
        return step % self.steps_per_epoch == 0

    def rows_of(self, step: int) -> list[TokenizedExample]:
        order = np.random.default_rng([self.seed, self.epoch_of(step)]).permutation(len(self.rows))
        start = (step - 1) % self.steps_per_epoch * self.schedule.batch_size
        return [self.rows[index] for index in order[start : start + self.schedule.batch_size]]


def read_rows(file: Path, renderer: Renderer, model: ModelSection) -> list[TokenizedExample]:
    """Tokenize every row of `file`. Raises `DataError` with the line where a row can't be read."""
    examples = read_examples(file)
    return [renderer.tokenize_example(example, longest_row_tokens=model.longest_row_tokens) for example in examples]


def with_loss(rows: list[TokenizedExample], param: str) -> list[TokenizedExample]:
    """Leave out rows in which no token carries loss. Raises `TrainingFailed`, naming `param`, if that is every row."""
    kept = [row for row in rows if row.loss_tokens > 0]
    if not kept:
        raise TrainingFailed(
            f"{param.replace('_', ' ').capitalize()}: no row has a token that carries loss: every assistant message "
            "has weight 0 or lies behind the cut. Give at least one assistant message weight 1, or shorten the rows.",
            code="no_trained_tokens",
            param=param,
        )
    return kept


def report_rows(rows: list[TokenizedExample], plan: StepPlan, max_nodes: int) -> DataReport:
    cut_lines = [row.line for row in rows if row.is_cut]
    lines_without_loss = [row.line for row in rows if row.loss_tokens == 0]
    return DataReport(
        n_rows=len(rows),
        n_rows_cut=len(cut_lines),
        cut_lines=cut_lines[:MAX_LINES_REPORTED],
        n_rows_without_loss=len(lines_without_loss),
        lines_without_loss=lines_without_loss[:MAX_LINES_REPORTED],
        tokens=sum(len(row.token_ids) for row in plan.rows),
        loss_tokens=sum(row.loss_tokens for row in plan.rows),
        tokens_to_compute=sum(
            count_nodes(plan.rows_of(step), max_nodes) for step in range(1, plan.steps_per_epoch + 1)
        ),
    )


def count_nodes(rows: list[TokenizedExample], max_nodes: int) -> int:
    """Give the distinct tokens that `rows` come to in micro-batches of `max_nodes`."""
    return sum(build_forest(batch).n_nodes for batch in cut_into_micro_batches(rows, max_nodes))
