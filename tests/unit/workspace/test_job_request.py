from dataclasses import replace

import pytest

from tuneport.config import PRESETS, TrainingOptions
from tuneport.core import InvalidRequest
from tuneport.jobs import RequestedHyperparameters
from tuneport.workspace.job_request import JobRequest, made_whole
from tuneport.workspace.tuning_choice import TuningChoice

PLAIN = JobRequest(model="base", training_file="file-a")
RECIPE = replace(PLAIN, preset="qlora-24gb")


def test_a_request_without_a_preset_stays_as_it_is():
    assert made_whole(PLAIN) == PLAIN


@pytest.mark.requirement("R19.1")
def test_a_preset_fills_what_a_request_leaves_out():
    whole = made_whole(RECIPE)

    assert whole.tuning == TuningChoice(rank=256, alpha=128, dropout=0.05, quantization="nf4")
    assert whole.hyperparameters == RequestedHyperparameters(n_epochs=3, batch_size=8)
    assert whole.training == PRESETS["qlora-24gb"].training


def test_what_a_request_says_itself_counts_more():
    asked = replace(
        RECIPE,
        tuning=TuningChoice(kind="dora", rank=4, dropout=0.0, quantization="none"),
        hyperparameters=RequestedHyperparameters(n_epochs=1, batch_size=2),
        training=TrainingOptions(decay="linear", recompute_activations=False),
    )

    whole = made_whole(asked)

    # The alpha belongs to the preset's rank.
    assert whole.tuning == TuningChoice(kind="dora", rank=4, alpha=None, dropout=0.0, quantization="none")
    assert whole.hyperparameters == asked.hyperparameters
    assert (whole.training.decay, whole.training.recompute_activations) == ("linear", False)
    assert whole.training.max_grad_norm == 0.3


@pytest.mark.parametrize(
    "asked",
    [
        replace(RECIPE, method="dpo"),
        replace(RECIPE, hyperparameters=RequestedHyperparameters(learning_rate_multiplier=2.0)),
    ],
    ids=["preference pairs", "a multiplier"],
)
def test_a_presets_learning_rate_is_left_out_where_the_automatic_one_is_meant(asked):
    whole = made_whole(asked)

    assert whole.training == PRESETS["qlora-24gb"].training.model_copy(update={"learning_rate": None})
    assert whole.hyperparameters.learning_rate_multiplier == asked.hyperparameters.learning_rate_multiplier


def test_a_learning_rate_and_a_multiplier_are_refused_together():
    asked = replace(
        PLAIN,
        training=TrainingOptions(learning_rate=1e-4),
        hyperparameters=RequestedHyperparameters(learning_rate_multiplier=2.0),
    )

    with pytest.raises(InvalidRequest, match="Give one of them") as raised:
        made_whole(asked)

    assert raised.value.code == "learning_rate_given_twice"
