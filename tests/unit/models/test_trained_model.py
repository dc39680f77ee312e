import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, MixtralConfig, MixtralForCausalLM

from tuneport.models.trained_model import read_weights, save_weights

SIZES = {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1}
HEADS = {"num_attention_heads": 2, "num_key_value_heads": 2}


@pytest.mark.parametrize(
    "new_model",
    [
        lambda: LlamaForCausalLM(LlamaConfig(**SIZES, **HEADS, tie_word_embeddings=True)),
        lambda: MixtralForCausalLM(MixtralConfig(**SIZES, **HEADS, num_local_experts=2)),
    ],
    ids=["a head that is the embedding", "experts that are saved one by one"],
)
def test_every_weight_comes_back(tmp_path, new_model):
    trained, other = new_model(), new_model()
    save_weights(trained, tmp_path)

    read_weights(other, tmp_path)

    for name, tensor in trained.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], tensor, rtol=0, atol=0, msg=name)
