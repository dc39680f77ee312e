import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import FalconH1Config, Gemma2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config
from transformers.models.falcon_h1.modeling_falcon_h1 import FalconH1MLP
from transformers.models.gemma2.modeling_gemma2 import Gemma2MLP
from transformers.models.llama.modeling_llama import LlamaMLP
from transformers.models.mistral.modeling_mistral import MistralMLP
from transformers.models.qwen2.modeling_qwen2 import Qwen2MLP
from transformers.models.qwen3.modeling_qwen3 import Qwen3MLP

from tuneport.models.fused_gated_mlp import fuse_gated_mlps

SIZES = {"hidden_size": 12, "intermediate_size": 20, "num_attention_heads": 2, "num_key_value_heads": 2}


def with_adapter(mlp, **options):
    model = get_peft_model(nn.Sequential(mlp), LoraConfig(r=4, target_modules="all-linear", **options))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter)
    fuse_gated_mlps(model)
    return model


def is_fused(model):
    return any("forward" in vars(module) for module in model.modules())


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (LlamaMLP, LlamaConfig(**SIZES)),
        (LlamaMLP, LlamaConfig(**SIZES, mlp_bias=True)),
        (MistralMLP, MistralConfig(**SIZES)),
        (Qwen2MLP, Qwen2Config(**SIZES)),
        (Qwen3MLP, Qwen3Config(**SIZES)),
    ],
)
@pytest.mark.parametrize("inputs_need_gradient", [True, False])
def test_the_same_values_and_gradients_are_computed_and_less_is_remembered(kind, config, inputs_need_gradient):
    torch.manual_seed(3)
    mlp = kind(config)
    inputs = torch.randn(2, 7, 12)
    model = with_adapter(mlp)
    assert is_fused(model)

    def results():
        model.zero_grad()
        given = inputs.clone().requires_grad_(inputs_need_gradient)
        remembered = {}

        def remember(tensor):
            remembered[tensor.untyped_storage().data_ptr()] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(remember, lambda tensor: tensor):
            outputs = model(given)
        outputs.pow(2).sum().backward()
        gradients = {name: value.grad.clone() for name, value in model.named_parameters() if value.requires_grad}
        of_mlp_width = sum(tensor.shape[-1] == 20 and len(tensor) == 14 for tensor in remembered.values())
        return (outputs.detach(), gradients, given.grad), of_mlp_width

    fused, fused_remembers = results()
    vars(mlp).pop("forward")
    plain, _ = results()

    torch.testing.assert_close(fused, plain)
    assert fused_remembers == 2


@pytest.mark.parametrize(
    "mlp",
    [
        Gemma2MLP(Gemma2Config(**SIZES)),
        FalconH1MLP(FalconH1Config(**SIZES)),
        nn.Linear(12, 12),
    ],
    ids=lambda mlp: type(mlp).__name__,
)
def test_another_formula_is_left_alone(mlp):
    assert not is_fused(with_adapter(mlp))


@pytest.mark.parametrize("options", [{"lora_dropout": 0.1}, {"use_dora": True}], ids=["dropout", "DoRA"])
def test_layers_with_more_than_a_plain_adapter_are_left_alone(options):
    assert not is_fused(with_adapter(LlamaMLP(LlamaConfig(**SIZES)), **options))
