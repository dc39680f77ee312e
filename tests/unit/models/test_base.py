import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma3Config, Gemma3TextConfig, SiglipVisionConfig

from tuneport.core import InvalidRequest
from tuneport.models import load_base

HEADS = {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24}


def test_weights_that_are_trained_themselves_are_fp32_on_a_gpu_and_frozen_ones_bf16(tiny_model_dir):
    # A device that, like a GPU, is no CPU.
    elsewhere = torch.device("meta")

    frozen = load_base(tiny_model_dir, elsewhere)
    trained = load_base(tiny_model_dir, elsewhere, trains_all=True)

    assert (frozen.dtype, trained.dtype) == (torch.bfloat16, torch.float32)


def test_a_cap_on_the_output_is_known_where_the_text_part_alone_has_it(tmp_path):
    text = Gemma3TextConfig(**HEADS, vocab_size=64, num_key_value_heads=1, head_dim=8, final_logit_softcapping=30.0)
    vision = SiglipVisionConfig(**HEADS, image_size=28, patch_size=14)
    config = Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)

    with pytest.raises(InvalidRequest, match=r"final_logit_softcapping=30\.0") as refused:
        load_base(tmp_path, torch.device("cpu"))

    assert (refused.value.code, refused.value.param) == ("output_not_supported", "model")
