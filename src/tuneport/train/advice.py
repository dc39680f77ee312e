"""What a run's losses call for: sentences that a person can act on, each said once."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import mean

from tuneport.train.history import EpochLosses, History

FIRST_STEPS, LAST_STEPS = 5, 10
MIN_STEPS = 20
MOVED_SHARE = 0.98
"""A training loss that is still above so much of its start has not moved."""


def advise(history: History, total_steps: int, n_epochs: int, keep_checkpoints: int) -> list[str]:
    """Give what is to be said after the newest step of `history`; most often nothing."""
    found = (_of_stuck_loss(history.train_losses, total_steps), _of_turn(history, n_epochs, keep_checkpoints))
    return [advice for advice in found if advice]


def _of_stuck_loss(losses: list[float], total_steps: int) -> str | None:
    """Looks once, after a third of the steps: earlier, a loss may be slow; later, the time is lost."""
    if len(losses) != max(MIN_STEPS, math.ceil(total_steps / 3)):
        return None
    before, now = mean(losses[:FIRST_STEPS]), mean(losses[-LAST_STEPS:])
    if now < before * MOVED_SHARE:
        return None
    return (
        f"Training loss has not moved: it was {before:.3f} over the first {FIRST_STEPS} steps and is {now:.3f} over "
        f"the last {LAST_STEPS}, at step {len(losses)} of {total_steps}. Raise learning_rate_multiplier, train for 1 "
        "or 2 more epochs, and look at the data: answers that contradict each other, or do not follow from their "
        "messages, cannot be learned."
    )


def _of_turn(history: History, n_epochs: int, keep_checkpoints: int) -> str | None:
    """Speaks at the first epoch that made the validation loss worse and the training loss better."""
    turns = [pair for pair in pairwise(history.epochs) if _is_turn(*pair)]
    is_new = len(turns) == 1 and turns[0][1].last_step == history.last_step
    if not is_new:
        return None
    before, after = turns[0]
    advice = (
        f"Full validation loss rose from {before.valid_loss:.3f} after epoch {before.number} to "
        f"{after.valid_loss:.3f} after epoch {after.number}, while training loss fell from {before.train_loss:.3f} to "
        f"{after.train_loss:.3f}: the model begins to know its rows by heart. Train with n_epochs {before.number}"
    )
    if n_epochs - before.number < keep_checkpoints:
        return f"{advice}, or use the checkpoint of epoch {before.number}, ckpt-step-{before.last_step}."
    return f"{advice} or a smaller learning_rate_multiplier."


def _is_turn(before: EpochLosses, after: EpochLosses) -> bool:
    return after.valid_loss > before.valid_loss and after.train_loss < before.train_loss
