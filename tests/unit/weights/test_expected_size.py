import json

import pytest

from tuneport.weights import expected_adapter_weights, expected_checkpoint_bytes


def test_an_adapter_has_the_weights_that_peft_gives_it(tiny_model_dir):
    from transformers import AutoModelForCausalLM

    from tuneport.config import AdapterSection
    from tuneport.models import attach_adapter, trainable_parameters

    config = json.loads((tiny_model_dir / "config.json").read_text())
    model = attach_adapter(
        AutoModelForCausalLM.from_pretrained(tiny_model_dir), AdapterSection(rank=8), base_name="tiny", seed=0
    )

    n_trained = sum(parameter.numel() for parameter in trainable_parameters(model).values())

    assert expected_adapter_weights(config, 8) == n_trained


def test_nothing_is_expected_of_a_model_whose_layers_are_not_told():
    assert expected_adapter_weights({"model_type": "other"}, 16) is None


@pytest.mark.parametrize(
    ("n_epochs", "n_between", "n_at_once"),
    [(1, 0, 1), (2, 0, 2), (3, 0, 3), (9, 0, 4), (1, 1, 2), (1, 40, 4), (9, 40, 6)],
)
def test_the_last_epochs_and_the_newest_two_are_on_disk_while_the_next_one_is_written(n_epochs, n_between, n_at_once):
    expected = expected_checkpoint_bytes(10**6, n_kept_epochs=3, n_epochs=n_epochs, n_between=n_between)

    assert expected == pytest.approx(12 * 10**6 * n_at_once, rel=0.01)


def test_each_checkpoint_with_new_tokens_has_a_tokenizer():
    without, with_tokenizer = (
        expected_checkpoint_bytes(1000, n_kept_epochs=3, n_epochs=2, n_between=0, tokenizer_bytes=n_bytes)
        for n_bytes in (0, 10**7)
    )

    assert with_tokenizer - without == 2 * 10**7
