"""A forest gives the loss and the gradients of separate rows, padded into one batch as every other trainer does it."""

import pytest
import torch
from torch.nn.functional import logsigmoid
from transformers import AutoModelForCausalLM

from padded_rows import forest_loss, gradients, padded_losses, rows_of
from tuneport.config import AdapterSection
from tuneport.models import attach_adapter, edge_logprobs, load_base, trainable_parameters
from tuneport.tokens import Sample, build_forest, cut_into_micro_batches
from tuneport.train.objectives import DirectPreference, Supervised

CPU = torch.device("cpu")


def adapted(base):
    model = attach_adapter(base, AdapterSection(rank=8), base_name="test", seed=1)
    # A fresh adapter's B is zero, which would hide errors in A's gradient.
    generator = torch.Generator().manual_seed(2)
    for name, parameter in trainable_parameters(model).items():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.02
    return model


@pytest.fixture(scope="module")
def expected(base_model_dir):
    """Loss and gradients of the padded rows in double precision.

    In fp32 the padded batch is itself 4e-5 away from these, ten times as far as the forest.
    """
    peer = AutoModelForCausalLM.from_pretrained(base_model_dir, dtype=torch.float32, attn_implementation="sdpa")
    peer = adapted(peer).double()
    loss = padded_losses(peer, rows_of(base_model_dir)).sum()
    loss.backward()
    return float(loss.detach()), gradients(peer)


@pytest.mark.parametrize("max_nodes", [10_000, 60])
def test_loss_and_gradients_equal_those_of_padded_rows_on_the_real_model(base_model_dir, expected, max_nodes):
    expected_loss, expected_gradients = expected
    model = adapted(load_base(base_model_dir, CPU))

    loss = 0.0
    samples = [Sample((row,)) for row in rows_of(base_model_dir)]
    for batch in cut_into_micro_batches(samples, max_nodes):
        loss_sum = forest_loss(model, Supervised(), batch)
        loss_sum.backward()
        loss += float(loss_sum.detach())

    error = (gradients(model).double() - expected_gradients).norm() / expected_gradients.norm()
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    assert float(error) < 1e-5


@pytest.mark.parametrize("max_nodes", [10_000, 60])
def test_preference_loss_and_gradients_equal_those_of_padded_pairs(tiny_model_dir, max_nodes):
    rows = rows_of(tiny_model_dir)
    references = [(-40.0 - index, -55.0 + 9 * index) for index in range(3)]
    samples = [Sample((rows[2 * i], rows[2 * i + 1]), references[i]) for i in range(3)]
    peer = AutoModelForCausalLM.from_pretrained(tiny_model_dir, dtype=torch.float32, attn_implementation="sdpa")
    peer = adapted(peer).double()
    rewards = 0.3 * (-padded_losses(peer, rows).view(3, 2) - torch.tensor(references))
    expected_loss = -logsigmoid(rewards[:, 0] - rewards[:, 1]).sum()
    expected_loss.backward()
    model = adapted(load_base(tiny_model_dir, CPU))

    loss = 0.0
    for batch in cut_into_micro_batches(samples, max_nodes):
        loss_sum = forest_loss(model, DirectPreference(beta=0.3), batch)
        loss_sum.backward()
        loss += float(loss_sum.detach())

    error = (gradients(model).double() - gradients(peer)).norm() / gradients(peer).norm()
    assert loss == pytest.approx(float(expected_loss.detach()), rel=1e-5)
    assert float(error) < 1e-5


def test_a_fused_adapter_computes_what_pefts_own_layers_do(tiny_model_dir):
    fused = adapted(load_base(tiny_model_dir, CPU))
    plain = adapted(load_base(tiny_model_dir, CPU))
    for layer in plain.modules():
        # Without the instance's own forward, the class's is used again.
        vars(layer).pop("forward", None)
    samples = [Sample((row,)) for row in rows_of(tiny_model_dir)]

    results = []
    for model in (fused, plain):
        loss_sum = forest_loss(model, Supervised(), samples)
        loss_sum.backward()
        results.append((loss_sum.detach(), gradients(model)))

    fused_kinds = {type(layer).__name__ for layer in fused.modules() if "forward" in vars(layer)}
    assert fused_kinds == {"Linear", "LlamaMLP"}
    torch.testing.assert_close(results[0], results[1], rtol=1e-4, atol=1e-4)


def test_the_forest_computes_fewer_tokens_than_the_rows_have(base_model_dir):
    rows = rows_of(base_model_dir)

    assert build_forest(rows).n_nodes < sum(len(row.token_ids) for row in rows) / 2


def test_blocks_of_queries_do_not_change_the_result(base_model_dir, monkeypatch):
    forest = build_forest(rows_of(base_model_dir))
    model = load_base(base_model_dir, CPU)

    with torch.no_grad():
        whole = edge_logprobs(model, forest).logprobs
        monkeypatch.setattr("tuneport.models.forest_attention.QUERIES_PER_BLOCK", 7)
        in_blocks = edge_logprobs(model, forest).logprobs

    torch.testing.assert_close(in_blocks, whole, rtol=1e-4, atol=1e-4)
