import pytest

from tuneport.config import StepMetrics
from tuneport.train.advice import advise
from tuneport.train.history import History


def step(number, loss, *, epoch=1, valid_loss=None):
    return StepMetrics(
        step=number,
        total_steps=60,
        epoch=epoch,
        loss_sum=loss * 4,
        loss_count=4,
        n_right=0,
        learning_rate=1e-3,
        grad_norm=1,
        seconds=1,
        tokens_seen=1,
        tokens_computed=1,
        full_valid_loss=valid_loss,
    )


def said(steps, *, total_steps=60, n_epochs=3):
    """Give what is said after which step."""
    history, found = History(), {}
    for metrics in steps:
        history.add(metrics)
        advice = advise(history, total_steps, n_epochs, keep_checkpoints=3)
        if advice:
            found[metrics.step] = advice
    return found


def epochs(*losses):
    """Give one step per epoch from pairs of training and validation loss."""
    return [step(n, train, epoch=n, valid_loss=valid) for n, (train, valid) in enumerate(losses, start=1)]


@pytest.mark.parametrize(("total_steps", "at"), [(60, 20), (50, 20), (90, 30), (91, 31)])
def test_loss_that_does_not_move_is_told_once_after_a_third_of_the_steps(total_steps, at):
    found = said([step(n, 2.0) for n in range(1, total_steps + 1)], total_steps=total_steps)

    assert list(found) == [at]
    assert found[at][0].startswith(
        f"Training loss has not moved: it was 2.000 over the first 5 steps and is 2.000 over the last 10, at step {at}"
    )
    assert "Raise learning_rate_multiplier, train for 1 or 2 more epochs, and look at the data" in found[at][0]


@pytest.mark.parametrize(("now", "is_stuck"), [(1.97, True), (1.96, True), (1.95, False), (2.5, True)])
def test_loss_has_moved_once_it_is_below_98_per_cent_of_its_start(now, is_stuck):
    found = said([step(n, 2.0 if n <= 10 else now) for n in range(1, 61)])

    assert bool(found) == is_stuck


def test_run_of_fewer_than_twenty_steps_is_too_short_to_judge():
    assert said([step(n, 2.0) for n in range(1, 20)], total_steps=19) == {}


def test_validation_loss_that_turns_names_both_epochs_and_the_better_checkpoint():
    found = said(epochs((3.0, 2.5), (2.0, 2.75), (1.0, 3.0)))

    assert list(found) == [2]
    assert found[2] == [
        "Full validation loss rose from 2.500 after epoch 1 to 2.750 after epoch 2, while training loss fell from "
        "3.000 to 2.000: the model begins to know its rows by heart. Train with n_epochs 1, or use the checkpoint of "
        "epoch 1, ckpt-step-1."
    ]


def test_checkpoint_that_will_not_stay_is_not_advised():
    found = said(epochs((3.0, 2.5), (2.0, 2.75)), n_epochs=10)

    assert found[2][0].endswith("Train with n_epochs 1 or a smaller learning_rate_multiplier.")


@pytest.mark.parametrize("losses", [((3, 2.5), (2, 2.4)), ((3, 2.5), (3.1, 2.6)), ((3, 2.5), (2, 2.5))])
def test_nothing_is_said_of_losses_that_do_not_part(losses):
    assert said(epochs(*losses)) == {}


def test_run_without_validation_is_never_told_of_a_turn():
    assert said([step(n, 3.0 / n, epoch=n) for n in range(1, 10)], n_epochs=9) == {}
