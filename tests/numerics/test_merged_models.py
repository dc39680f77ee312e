"""A merged model computes what its adapter computes on its base."""

import pytest
import torch

from tuneport.config import AdapterSection
from tuneport.models import load_adapter, load_base, load_merged, prepare_training, save_weights, trainable_parameters
from tuneport.weights import Manifest, new_checkpoint

CPU = torch.device("cpu")
FIRST_NEW_TOKEN = 259
"""The tiny model's vocabulary ends before it."""
KINDS = {
    "LoRA": (AdapterSection(rank=8), "none", ()),
    "rsLoRA": (AdapterSection(rank=8, is_rank_stabilized=True), "none", ()),
    "DoRA": (AdapterSection(rank=8, kind="dora"), "none", ()),
    "QLoRA": (AdapterSection(rank=8), "nf4", ()),
    "QDoRA": (AdapterSection(rank=8, kind="dora"), "nf4", ()),
    "LoRA with new tokens": (AdapterSection(rank=8), "none", (FIRST_NEW_TOKEN, FIRST_NEW_TOKEN + 1)),
}


def write_adapter(folder, base_folder, section, quantization, new_token_ids):
    """Write a checkpoint of an adapter whose weights are all drawn at random."""
    base = load_base(base_folder, CPU, attention="sdpa", quantization=quantization)
    model = prepare_training(base, section, base_name="tiny", seed=1, new_token_ids=new_token_ids)
    generator = torch.Generator().manual_seed(2)
    for parameter in trainable_parameters(model).values():
        parameter.data += torch.randn(parameter.shape, generator=generator) * 0.05
    manifest = Manifest(step=1, epoch=1, is_epoch_end=True, trained_tokens=1, quantization=quantization)
    with new_checkpoint(folder, manifest) as partial:
        save_weights(model, partial)
    return folder


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_merged_logits_equal_those_of_the_adapter(tiny_model_dir, tmp_path, kind):
    section, quantization, new_token_ids = KINDS[kind]
    checkpoint = write_adapter(tmp_path / "000001", tiny_model_dir, section, quantization, new_token_ids)
    token_ids = torch.tensor([[1, 50, 60, *new_token_ids, 70, 2]])
    base = load_base(tiny_model_dir, CPU, attention="sdpa", quantization=quantization)
    without = base(token_ids[:, :3]).logits
    expected = load_adapter(base, checkpoint, "trained").eval()(token_ids).logits

    logits = load_merged(tiny_model_dir, checkpoint)(token_ids).logits

    assert (expected[:, :3, :259] - without[..., :259]).abs().max() > 0.1
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)
