"""The losses of a run so far, by step and by epoch; a resumed run reads them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from tuneport.config import StepMetrics


@dataclass(frozen=True)
class EpochLosses:
    number: int
    """From 1."""
    last_step: int
    train_loss: float
    """Mean over everything that was trained in the epoch."""
    valid_loss: float
    """Of the whole validation file, after the epoch."""


@dataclass
class History:
    train_losses: list[float] = field(default_factory=list)
    """One per step."""
    epochs: list[EpochLosses] = field(default_factory=list)
    """The finished ones; empty for a run without validation file."""
    last_step: int = 0
    _loss_sum: float = 0.0
    _loss_count: float = 0.0

    @classmethod
    def of(cls, steps: Iterable[StepMetrics], *, until_step: int) -> Self:
        """Give the history of the steps to `until_step`; of two entries for one step, the later counts."""
        by_step = {metrics.step: metrics for metrics in steps if metrics.step <= until_step}
        history = cls()
        for step in sorted(by_step):
            history.add(by_step[step])
        return history

    def add(self, metrics: StepMetrics) -> None:
        self.last_step = metrics.step
        self.train_losses.append(metrics.train_loss)
        self._loss_sum += metrics.loss_sum
        self._loss_count += metrics.loss_count
        if metrics.full_valid_loss is not None:
            train_loss = self._loss_sum / self._loss_count
            self.epochs.append(EpochLosses(metrics.epoch, metrics.step, train_loss, metrics.full_valid_loss))
            self._loss_sum = self._loss_count = 0.0

    def best_epochs(self) -> list[EpochLosses]:
        """Give the epochs by their validation loss, the best first; of equals, the earlier."""
        return sorted(self.epochs, key=lambda epoch: epoch.valid_loss)

    def worse_epochs(self) -> int:
        """Give how many epochs came after the best one."""
        return self.epochs[-1].number - self.best_epochs()[0].number if self.epochs else 0
