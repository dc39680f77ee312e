import torch

from tuneport.models import load_base


def test_weights_that_are_trained_themselves_are_fp32_on_a_gpu_and_frozen_ones_bf16(tiny_model_dir):
    # A device that, like a GPU, is no CPU.
    elsewhere = torch.device("meta")

    frozen = load_base(tiny_model_dir, elsewhere)
    trained = load_base(tiny_model_dir, elsewhere, trains_all=True)

    assert (frozen.dtype, trained.dtype) == (torch.bfloat16, torch.float32)
