import pytest

from tuneport.config import StepMetrics
from tuneport.train.history import EpochLosses, History


def step(number, loss, *, count=1.0, epoch=1, valid_loss=None):
    return StepMetrics(
        step=number,
        total_steps=9,
        epoch=epoch,
        loss_sum=loss * count,
        loss_count=count,
        n_right=0,
        learning_rate=1e-3,
        grad_norm=1,
        seconds=1,
        tokens_seen=1,
        tokens_computed=1,
        full_valid_loss=valid_loss,
    )


def history_of(*valid_losses):
    steps = [step(n, 1.0, epoch=n, valid_loss=loss) for n, loss in enumerate(valid_losses, start=1)]
    return History.of(steps, until_step=len(steps))


def test_epoch_s_training_loss_is_the_mean_over_all_that_was_trained():
    steps = [step(1, 4.0, count=3), step(2, 8.0, count=1, valid_loss=0.5)]

    history = History.of(steps, until_step=2)

    assert history.train_losses == [4.0, 8.0]
    assert history.epochs == [EpochLosses(number=1, last_step=2, train_loss=5.0, valid_loss=0.5)]


def test_resumed_run_counts_each_step_once_and_none_after_its_checkpoint():
    written = [step(1, 1.0), step(2, 2.0), step(3, 3.0), step(2, 2.5), step(3, 3.5)]

    history = History.of(written, until_step=2)

    assert (history.train_losses, history.last_step) == ([1.0, 2.5], 2)


@pytest.mark.parametrize(
    ("valid_losses", "best", "worse"),
    [((3.0, 2.0, 1.0), 3, 0), ((3.0, 1.0, 2.0, 1.5), 2, 2), ((1.0, 1.0), 1, 1), ((2.0,), 1, 0)],
)
def test_best_epoch_is_the_first_with_the_lowest_loss(valid_losses, best, worse):
    history = history_of(*valid_losses)

    assert history.best_epochs()[0].number == best
    assert history.worse_epochs() == worse


def test_run_without_validation_has_no_worse_epoch():
    assert history_of(None, None).worse_epochs() == 0
