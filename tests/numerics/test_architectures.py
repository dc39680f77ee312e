"""Models other than Llama, tiny and with random weights: the forest, or rows alone, give what separate rows give."""

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import (
    AutoModelForCausalLM,
    DeepseekV2Config,
    GPT2Config,
    MambaConfig,
    MistralConfig,
    MixtralConfig,
    Qwen2Config,
    Qwen3Config,
)

from tiny_rows import VOCABULARY, shared_prefix_samples
from tuneport.config import AdapterSection
from tuneport.models import (
    attach_adapter,
    choose_attention,
    edge_logprobs,
    load_base,
    read_model_config,
    trainable_parameters,
    why_rows_stay_separate,
)
from tuneport.tokens import build_forest
from tuneport.train.objectives import Supervised

CPU = torch.device("cpu")
SIZES = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_hidden_layers": 2, "bos_token_id": 1, "eos_token_id": 2}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "pad_token_id": 0}
SHARING = [
    Qwen2Config(**SIZES, **HEADS),
    Qwen3Config(**SIZES, **HEADS, head_dim=8),
    GPT2Config(**SIZES, num_attention_heads=4, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0),
    MixtralConfig(**SIZES, **HEADS, num_local_experts=4),
    # Its values are smaller than its keys.
    DeepseekV2Config(
        **SIZES,
        **{**HEADS, "num_key_value_heads": 4},
        first_k_dense_replace=2,
        kv_lora_rank=8,
        q_lora_rank=None,
        qk_nope_head_dim=8,
        qk_rope_head_dim=8,
        v_head_dim=8,
    ),
]
SEPARATE = [
    MistralConfig(**SIZES, **HEADS, sliding_window=9),
    MambaConfig(**SIZES, state_size=4, pad_token_id=0),
]


@pytest.fixture
def folder_of(tmp_path):
    def save(config):
        torch.manual_seed(3)
        config.initializer_range = 0.2
        AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "model")
        return tmp_path / "model"

    return save


def adapted(base):
    model = attach_adapter(base, AdapterSection(rank=4), base_name="test", seed=1)
    generator = torch.Generator().manual_seed(2)
    for name, parameter in trainable_parameters(model).items():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.1
    return model


def separate_rows(folder, samples):
    """Give loss and gradients of the model as transformers computes it, one row at a time."""
    model = adapted(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).requires_grad_(False))
    loss_sum = torch.zeros(())
    for sample in samples:
        ids = torch.from_numpy(sample.rows[0].token_ids).long()
        losses = cross_entropy(model(input_ids=ids[None]).logits[0, :-1], ids[1:], reduction="none")
        loss_sum = loss_sum + (losses * torch.from_numpy(sample.rows[0].loss_weights)[1:]).sum()
    loss_sum.backward()
    return float(loss_sum.detach()), gradients(model)


def forest_rows(folder, samples, *, shares_prefixes):
    attention = choose_attention(CPU, shares_prefixes=shares_prefixes)
    model = adapted(load_base(folder, CPU, attention=attention))
    rows = [row for sample in samples for row in sample.rows]
    forest = build_forest(rows, share_prefixes=shares_prefixes)
    loss_sum = Supervised().loss(forest, edge_logprobs(model, forest), samples).loss_sum
    loss_sum.backward()
    return float(loss_sum.detach()), gradients(model)


def gradients(model):
    found = [parameter.grad for parameter in trainable_parameters(model).values()]
    return torch.cat([gradient.flatten() for gradient in found if gradient is not None])


def error_of(found, expected):
    return float((found - expected).norm() / expected.norm())


@pytest.mark.parametrize("config", SHARING, ids=lambda config: config.model_type)
# peft's, of layers that it fits by itself.
@pytest.mark.filterwarnings("ignore:fan_in_fan_out is set to False:UserWarning")
@pytest.mark.filterwarnings("ignore:The following .*_pattern keys:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:target_parameters=.* were set but:RuntimeWarning")
def test_models_of_plain_causal_attention_give_the_same_in_a_forest(folder_of, config):
    folder = folder_of(config)
    samples = shared_prefix_samples(4)

    expected_loss, expected_gradients = separate_rows(folder, samples)
    loss, found_gradients = forest_rows(folder, samples, shares_prefixes=True)

    assert why_rows_stay_separate(read_model_config(folder), 32) is None
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    assert error_of(found_gradients, expected_gradients) < 2e-5


@pytest.mark.parametrize("config", SEPARATE, ids=lambda config: config.model_type)
def test_models_of_other_layers_give_the_same_with_rows_computed_alone(folder_of, config):
    folder = folder_of(config)
    samples = shared_prefix_samples(4)

    expected_loss, expected_gradients = separate_rows(folder, samples)
    loss, found_gradients = forest_rows(folder, samples, shares_prefixes=False)

    assert why_rows_stay_separate(read_model_config(folder), 32) is not None
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    assert error_of(found_gradients, expected_gradients) < 2e-5


def test_a_window_shorter_than_the_rows_would_be_wrong_in_a_forest(folder_of):
    folder = folder_of(SEPARATE[0])
    samples = shared_prefix_samples(4)

    expected_loss, _ = separate_rows(folder, samples)
    loss, _ = forest_rows(folder, samples, shares_prefixes=True)

    assert loss != pytest.approx(expected_loss, rel=1e-3)
