"""What a run leaves as it goes: the numbers of its steps, its checkpoints, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuneport.config import CadenceSection, StepMetrics
from tuneport.train.advice import advise
from tuneport.train.checkpointing import Checkpointer
from tuneport.train.history import History
from tuneport.train.journal import Journal
from tuneport.train.rows import StepPlan
from tuneport.weights import Manifest


@dataclass
class Record:
    journal: Journal
    checkpointer: Checkpointer
    plan: StepPlan
    cadence: CadenceSection
    history: History
    trained_tokens: int = 0

    def add_step(self, metrics: StepMetrics) -> None:
        self.journal.step(metrics)
        self.trained_tokens += metrics.tokens_seen
        self.history.add(metrics)
        n_epochs, keep_checkpoints = self.plan.schedule.n_epochs, self.cadence.keep_checkpoints
        for advice in advise(self.history, self.plan.total_steps, n_epochs, keep_checkpoints):
            self.journal.warn_once(advice)

    def save(self, step: int, *, unmeasured: StepMetrics | None = None) -> None:
        """Make a checkpoint after `step`, which is `unmeasured` where its validation could not be done."""
        # A checkpoint that outlives a power cut must not be ahead of the numbers that led to it.
        self.journal.sync()
        manifest = Manifest(
            step=step,
            epoch=self.plan.epoch_of(step),
            is_epoch_end=self.plan.is_epoch_end(step),
            trained_tokens=self.trained_tokens,
            unmeasured=unmeasured,
        )
        self.checkpointer.save(manifest, keep_step=self._best_step())
        if manifest.is_epoch_end and unmeasured is None:
            self.announce(step)

    def announce(self, step: int) -> None:
        """Say that there is a checkpoint of an epoch's end."""
        self.journal.event("checkpoint_saved", f"Checkpoint of step {step}", step=step)

    def restore(self, earlier_steps: Iterable[StepMetrics]) -> Manifest | None:
        """Go back to the newest sound checkpoint and the history until there; gives its manifest."""
        manifest, damages = self.checkpointer.restore()
        used = f"that of step {manifest.step} is used" if manifest else "the run begins anew"
        for damage in damages:
            self.journal.event("warned", f"Checkpoint {damage}; {used}")
        if manifest is not None:
            n_measured = manifest.step - 1 if manifest.unmeasured else manifest.step
            self.history = History.of(earlier_steps, until_step=n_measured)
            self.trained_tokens = manifest.trained_tokens
        return manifest

    def is_enough(self) -> bool:
        """Say whether the validation loss has been worse than its best for as long as the user allows."""
        patience = self.cadence.stop_after_worse_epochs
        return patience is not None and self.history.worse_epochs() >= patience

    def choose_step(self, last_step: int) -> int:
        """Give the step whose checkpoint is the result: the last, or with early stopping that of the best epoch."""
        if self.cadence.stop_after_worse_epochs is None:
            return last_step
        best_first = [epoch.last_step for epoch in self.history.best_epochs()]
        return next((step for step in best_first if self.checkpointer.is_sound(step)), last_step)

    def _best_step(self) -> int | None:
        if self.cadence.stop_after_worse_epochs is None or not self.history.epochs:
            return None
        return self.history.best_epochs()[0].last_step
