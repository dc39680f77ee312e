import json

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


def test_the_last_few_epochs_stay_on_disk():
    assert expected_checkpoint_bytes(1000, n_epochs=2, keep_checkpoints=3) == 24_000
    assert expected_checkpoint_bytes(1000, n_epochs=9, keep_checkpoints=3) == 36_000
