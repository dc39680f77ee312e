"""The run's rows: tokenized once, reported by line, and laid out in steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuneport.config import DataReport, ModelSection, ScheduleSection
from tuneport.core import TrainingFailed
from tuneport.data import read_examples
from tuneport.tokens import Renderer, Sample, order_of_epoch
from tuneport.train.batching import Batching
from tuneport.train.objectives import Objective

MAX_LINES_REPORTED = 1000


@dataclass(frozen=True)
class StepPlan:
    """Which samples make which step; a function of the seed alone, so that a resumed run meets the same ones."""

    samples: list[Sample]
    schedule: ScheduleSection
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.samples) // self.schedule.batch_size)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.schedule.n_epochs

    def epoch_of(self, step: int) -> int:
        """Give the epoch, from 1, of a step, from 1."""
        return (step - 1) // self.steps_per_epoch + 1

    def is_epoch_end(self, step: int) -> bool:
        return step % self.steps_per_epoch == 0

    def samples_of(self, step: int) -> list[Sample]:
        order = order_of_epoch(len(self.samples), seed=self.seed, epoch=self.epoch_of(step))
        start = (step - 1) % self.steps_per_epoch * self.schedule.batch_size
        return [self.samples[index] for index in order[start : start + self.schedule.batch_size]]


def read_samples(file: Path, objective: Objective, renderer: Renderer, model: ModelSection) -> list[Sample]:
    """Tokenize every line of `file`. Raises `DataError` with the line where it can't be read."""
    return [
        objective.tokenize(example, renderer, longest_row_tokens=model.longest_row_tokens)
        for example in read_examples(file, method=objective.method)
    ]


def with_loss(samples: list[Sample], param: str) -> list[Sample]:
    """Leave out rows that teach nothing. Raises `TrainingFailed`, naming `param`, if that is every row."""
    kept = [sample for sample in samples if sample.has_loss]
    if not kept:
        raise TrainingFailed(
            f"{param.replace('_', ' ').capitalize()}: no row has a token that carries loss: every assistant message "
            "has weight 0 or lies behind the cut, or both answers of a pair are the same. Give at least one assistant "
            "message weight 1, shorten the rows, or let the answers of a pair differ.",
            code="no_trained_tokens",
            param=param,
        )
    return kept


def report_samples(samples: list[Sample], plan: StepPlan, batching: Batching, max_nodes: int) -> DataReport:
    cut_lines = [sample.line for sample in samples if sample.is_cut]
    lines_without_loss = [sample.line for sample in samples if not sample.has_loss]
    return DataReport(
        n_rows=len(samples),
        n_rows_cut=len(cut_lines),
        cut_lines=cut_lines[:MAX_LINES_REPORTED],
        n_rows_without_loss=len(lines_without_loss),
        lines_without_loss=lines_without_loss[:MAX_LINES_REPORTED],
        n_rows_repeated=len(samples) - len({sample.content_hash for sample in samples}),
        tokens=sum(sample.n_tokens for sample in plan.samples),
        loss_tokens=sum(sample.loss_tokens for sample in plan.samples),
        tokens_to_compute=sum(
            batching.count_nodes(plan.samples_of(step), max_nodes) for step in range(1, plan.steps_per_epoch + 1)
        ),
    )
