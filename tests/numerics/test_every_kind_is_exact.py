"""The forest gives every kind of training the gradients of padded rows in double precision."""

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit
from transformers import AutoModelForCausalLM

from padded_rows import forest_loss, gradients, padded_losses, rows_of
from tuneport.config import AdapterSection
from tuneport.data import Example, Message
from tuneport.models import edge_logprobs, load_base, prepare_training, trainable_parameters
from tuneport.models.edge_logprobs import EDGES_PER_CHUNK
from tuneport.models.hidden_states import forest_hidden_states
from tuneport.tokens import Renderer, Sample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import Supervised

CPU = torch.device("cpu")
FIRST_NEW_TOKEN = 259
"""The tiny model's vocabulary ends before it."""
KINDS = {
    "rsLoRA": (AdapterSection(rank=8, is_rank_stabilized=True), ()),
    "DoRA": (AdapterSection(rank=8, kind="dora"), ()),
    "full": (AdapterSection(kind="full"), ()),
    "LoRA with new tokens": (AdapterSection(rank=8), (FIRST_NEW_TOKEN, FIRST_NEW_TOKEN + 1)),
    "full with new tokens": (AdapterSection(kind="full"), (FIRST_NEW_TOKEN,)),
}


def peer_of(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa")


def prepared(base, section, new_token_ids=()):
    model = prepare_training(base, section, base_name="test", seed=1, new_token_ids=new_token_ids)
    # A fresh adapter's B is zero, which would hide errors in A's gradient.
    generator = torch.Generator().manual_seed(2)
    for name, parameter in trainable_parameters(model).items():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.02
    return model.train()


def rows_with(folder, new_token_ids):
    """Rows of which some contain the new tokens, in the prompt and as what is learned."""
    rows = rows_of(folder)
    for row, token_id in zip(rows, new_token_ids, strict=False):
        row.token_ids[[4, -3]] = token_id
    return rows


def forest_result(model, rows, max_nodes):
    """Give loss and gradients over forests of at most `max_nodes`."""
    loss = 0.0
    for batch in cut_into_micro_batches([Sample((row,)) for row in rows], max_nodes):
        loss_sum = forest_loss(model, Supervised(), batch)
        loss_sum.backward()
        loss += float(loss_sum.detach())
    return loss, gradients(model)


def relative_error(found, expected):
    return float((found.double() - expected).norm() / expected.norm())


@pytest.mark.parametrize("max_nodes", [10_000, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_each_kind_equal_those_of_padded_rows(tiny_model_dir, kind, max_nodes):
    section, new_token_ids = KINDS[kind]
    rows = rows_with(tiny_model_dir, new_token_ids)
    peer = prepared(peer_of(tiny_model_dir), section, new_token_ids).double()
    expected_loss = padded_losses(peer, rows).sum()
    expected_loss.backward()
    model = prepared(load_base(tiny_model_dir, CPU), section, new_token_ids)

    loss, found = forest_result(model, rows, max_nodes)

    assert loss == pytest.approx(float(expected_loss.detach()), rel=1e-5)
    assert relative_error(found, gradients(peer)) < 1e-5


@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_gradients_over_a_base_in_four_bits_equal_those_over_its_rounded_weights(tiny_model_dir, kind):
    section = AdapterSection(rank=8, kind=kind)
    rows = rows_of(tiny_model_dir)
    quantized = load_base(tiny_model_dir, CPU, quantization="nf4")
    peer = with_rounded_weights(peer_of(tiny_model_dir), quantized)
    peer = prepared(peer, section).double()
    padded_losses(peer, rows).sum().backward()

    _, found = forest_result(prepared(quantized, section), rows, 10_000)

    assert relative_error(found, gradients(peer)) < 1e-5


def with_rounded_weights(model, quantized):
    """Give `model` with the weights that the four bits of `quantized` stand for."""
    layers = {name: layer for name, layer in quantized.named_modules() if hasattr(layer, "quant_state")}
    assert len(layers) == 14
    for name, layer in layers.items():
        model.get_submodule(name).weight.data = dequantize_4bit(layer.weight, layer.weight.quant_state).float()
    return model


def test_a_trained_head_gets_autograds_gradient_over_several_chunks(tiny_model_dir):
    forest = build_forest(many_answers(tiny_model_dir))
    assert len(forest.edge_targets) > 2 * EDGES_PER_CHUNK
    model = prepared(load_base(tiny_model_dir, CPU).double(), AdapterSection(kind="full"))
    upstream = torch.randn(len(forest.edge_targets), generator=torch.Generator().manual_seed(3))

    edge_logprobs(model, forest).logprobs.backward(upstream)
    found = gradients(model)
    model.zero_grad()
    plain_logprobs(model, forest).backward(upstream)

    assert relative_error(found, gradients(model)) < 1e-6


def many_answers(folder):
    renderer = Renderer.from_folder(folder)
    rows = [
        (Message("user", "Count."), Message("assistant", f"{number} and so on, up to a hundred"))
        for number in range(20)
    ]
    return [renderer.tokenize_example(Example(1, row, ()), longest_row_tokens=512) for row in rows]


def plain_logprobs(model, forest):
    """Compute the log-probability of each edge from all logits, and leave the gradient to autograd."""
    hidden_ND = forest_hidden_states(model.get_decoder(), forest, CPU)
    logprobs_NV = torch.log_softmax(model.get_output_embeddings()(hidden_ND), dim=1)
    return logprobs_NV[torch.from_numpy(forest.edge_parents), torch.from_numpy(forest.edge_targets)].float()
