import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    LlamaConfig,
    MixtralConfig,
    PreTrainedConfig,
    Qwen2MoeConfig,
)

from tuneport.config import AdapterSection
from tuneport.core import InvalidRequest
from tuneport.models import attach_adapter, read_adapter, save_adapter, trainable_parameters
from tuneport.weights import adapter_to_continue, read_trained_weights

SIZES = {"vocab_size": 64, "hidden_size": 16, "num_hidden_layers": 2}
HEADS = {"num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 24}
EXPERTS = {"num_experts": 2, "num_experts_per_tok": 1, "moe_intermediate_size": 8, "shared_expert_intermediate_size": 8}
MIXTRAL = MixtralConfig(**SIZES, **HEADS, num_local_experts=2)
CONFIGS = [
    LlamaConfig(**SIZES, **HEADS),
    GPT2Config(**SIZES, n_head=2),
    MIXTRAL,
    Qwen2MoeConfig(**SIZES, **HEADS, **EXPERTS),
]
# What peft says of layers that it fits by itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:fan_in_fan_out is set to False:UserWarning"),
    pytest.mark.filterwarnings("ignore:The following .*_pattern keys:RuntimeWarning"),
]


def new_base(config: PreTrainedConfig) -> torch.nn.Module:
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config).requires_grad_(False)


def attach(config: PreTrainedConfig, section: AdapterSection, seed: int = 1):
    return attach_adapter(new_base(config), section, base_name="tiny", seed=seed)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.model_type)
def test_all_that_an_adapter_has_learnt_is_gone_on_with(tmp_path, config):
    earlier = attach(config, AdapterSection(rank=4))
    for parameter in trainable_parameters(earlier).values():
        torch.nn.init.normal_(parameter)
    save_adapter(earlier, tmp_path)

    later = attach(config, adapter_to_continue(AdapterSection(start_from=tmp_path), "tiny"), seed=2)
    read_adapter(later, tmp_path)

    found, expected = trainable_parameters(later), trainable_parameters(earlier)
    assert found.keys() == expected.keys()
    for name, parameter in expected.items():
        torch.testing.assert_close(found[name], parameter, rtol=0, atol=0, msg=name)


def test_a_run_that_goes_on_has_the_dropout_that_it_asks_for(tmp_path):
    save_adapter(attach(CONFIGS[0], AdapterSection(rank=4)), tmp_path)

    later = attach(CONFIGS[0], AdapterSection(rank=4, dropout=0.5, start_from=tmp_path))

    assert later.peft_config["default"].lora_dropout == 0.5
    assert any(isinstance(layer, torch.nn.Dropout) and layer.p == 0.5 for layer in later.modules())


@pytest.mark.parametrize(
    ("section", "found"),
    [(AdapterSection(kind="dora"), "use_dora=True"), (AdapterSection(dropout=0.1), "lora_dropout != 0")],
    ids=["dora", "dropout"],
)
def test_what_the_experts_of_a_mixture_can_not_have_is_refused_with_a_way_out(section, found):
    with pytest.raises(InvalidRequest, match="of the kind 'mixtral'") as refused:
        attach(MIXTRAL, section)

    assert (refused.value.code, refused.value.param) == ("adapter_does_not_fit", "tuneport.adapter")
    assert found in refused.value.message
    assert "Use the kind 'lora' without dropout, or name layers beside the experts" in refused.value.message


def test_layers_beside_the_experts_can_have_dora():
    model = attach(MIXTRAL, AdapterSection(kind="dora", rank=4, targets=("q_proj", "v_proj")))

    assert any("magnitude" in name for name in trainable_parameters(model))


def test_layers_of_gpt2_can_be_named():
    model = attach(CONFIGS[1], AdapterSection(rank=4, targets=("c_attn",)))

    assert {name.split(".lora_")[0].rpartition(".")[2] for name in trainable_parameters(model)} == {"c_attn"}


@pytest.mark.parametrize(("config", "shares_base"), [(MIXTRAL, False), (CONFIGS[0], True)], ids=["mixtral", "llama"])
def test_an_adapter_on_experts_answers_alone(tmp_path, config, shares_base):
    save_adapter(attach(config, AdapterSection(rank=4)), tmp_path)

    assert read_trained_weights(tmp_path).shares_base is shares_base
