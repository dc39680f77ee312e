from functools import partial

import pytest

from tuneport.config import auto_batch_size, auto_epochs, resolve_hyperparameters

SMALL = 135_000_000
resolve = partial(resolve_hyperparameters, parameters=SMALL)


@pytest.mark.parametrize(
    ("n_examples", "n_epochs"),
    [(1, 25), (4, 25), (5, 20), (10, 10), (33, 3), (34, 3), (101, 3), (8333, 3), (8334, 2), (30_000, 1)],
)
@pytest.mark.requirement("R1.3")
def test_epochs_follow_openais_rule(n_examples, n_epochs):
    assert auto_epochs(n_examples) == n_epochs


@pytest.mark.parametrize(
    ("n_examples", "batch_size"), [(1, 1), (10, 1), (29, 1), (30, 2), (101, 4), (239, 8), (240, 16), (10**6, 16)]
)
def test_the_batch_grows_with_the_file(n_examples, batch_size):
    assert auto_batch_size(n_examples) == batch_size


def test_ten_rows_take_a_hundred_steps():
    resolved = resolve(10)

    assert resolved.n_epochs * 10 / resolved.batch_size == 100


def test_what_the_user_gives_is_kept_and_has_no_reason():
    resolved = resolve(500, n_epochs=7, batch_size=4, learning_rate_multiplier=2.0)

    assert (resolved.n_epochs, resolved.batch_size, resolved.learning_rate_multiplier) == (7, 4, 2.0)
    assert set(resolved.reasons) == {"learning_rate"}


def test_the_multiplier_multiplies_the_automatic_rate():
    once, twice = (resolve(500, learning_rate_multiplier=factor) for factor in (1.0, 2.0))

    assert twice.learning_rate == 2 * once.learning_rate


def test_a_given_rate_takes_the_place_of_the_automatic_one_and_shows_as_its_multiplier():
    automatic, given = resolve(500), resolve(500, learning_rate=1e-4)

    assert given.learning_rate == 1e-4
    assert given.learning_rate_multiplier * automatic.learning_rate == pytest.approx(1e-4)
    assert "learning_rate" not in given.reasons
    assert "automatic one" in given.reasons["learning_rate_multiplier"]


def test_every_automatic_value_has_a_reason():
    assert set(resolve(500).reasons) == {
        "n_epochs",
        "batch_size",
        "learning_rate_multiplier",
        "learning_rate",
    }


def test_preference_tuning_takes_a_tenth_of_the_rate_and_the_usual_beta():
    supervised = resolve(240)
    preference = resolve(240, method="dpo")

    assert preference.learning_rate == pytest.approx(supervised.learning_rate / 10)
    assert (supervised.beta, preference.beta) == (None, 0.1)
    assert "a tenth of the supervised rate" in preference.reasons["learning_rate"]
    assert preference.reasons["beta"]


def test_a_beta_that_is_given_stays_and_has_no_reason():
    chosen = resolve(240, method="dpo", beta=0.5)

    assert chosen.beta == 0.5
    assert "beta" not in chosen.reasons


def test_a_larger_model_takes_smaller_steps_and_a_smaller_one_no_larger_ones():
    small, large, tiny = (resolve_hyperparameters(240, parameters=each) for each in (SMALL, 100 * SMALL, 1000))

    assert large.learning_rate == pytest.approx(small.learning_rate / 10)
    assert tiny.learning_rate == small.learning_rate
    assert "lower for 13,500 million weights" in large.reasons["learning_rate"]
