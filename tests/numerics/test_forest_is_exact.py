"""A forest gives the loss and the gradients of separate rows, padded into one batch as every other trainer does it."""

import pytest
import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM

from tuneport.config import AdapterSection
from tuneport.data import Example, Message, ToolCall
from tuneport.models import attach_adapter, edge_logprobs, load_base, trainable_parameters
from tuneport.tokens import Renderer, build_forest, cut_into_micro_batches
from tuneport.train.objectives import supervised_loss

CPU = torch.device("cpu")
TOOL = {"type": "function", "function": {"name": "dim", "parameters": {"type": "object"}}}


def rows_of(folder):
    """Rows with a shared system prompt, tools, several turns, weights 0, and one row twice."""
    renderer = Renderer.from_folder(folder)
    system = Message("system", "You run a house and answer in few words.")
    light = Message("assistant", tool_calls=(ToolCall("call_1", "dim", '{"level": 3}'),))
    rows = [
        (system, Message("user", "Darker please."), light),
        (system, Message("user", "Darker, please!"), light),
        (system, Message("user", "Who are you?"), Message("assistant", "The house."), Message("user", "And?"), light),
        (
            system,
            Message("user", "Who are you?"),
            Message("assistant", "The house.", weight=0.0),
            Message("user", "So?"),
            light,
        ),
        (Message("user", "Hello"), Message("assistant", "Good evening.")),
        (Message("user", "Hello"), Message("assistant", "Good evening.")),
    ]
    examples = [Example(line, messages, (TOOL,)) for line, messages in enumerate(rows, start=1)]
    return [renderer.tokenize_example(example, longest_row_tokens=2048) for example in examples]


def gradients(model):
    return torch.cat([parameter.grad.flatten() for parameter in trainable_parameters(model).values()])


def adapted(base):
    model = attach_adapter(base, AdapterSection(rank=8), base_name="test", seed=1)
    # A fresh adapter's B is zero, which would hide errors in A's gradient.
    generator = torch.Generator().manual_seed(2)
    for name, parameter in trainable_parameters(model).items():
        if "lora_B" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.02
    return model


def padded_loss(model, rows):
    ids = pad_sequence([torch.from_numpy(row.token_ids).long() for row in rows], batch_first=True)
    weights = pad_sequence([torch.from_numpy(row.loss_weights) for row in rows], batch_first=True)
    mask = pad_sequence([torch.ones(len(row.token_ids)) for row in rows], batch_first=True)
    logits = model(input_ids=ids, attention_mask=mask).logits
    losses = cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights[:, 1:].flatten()).sum()


@pytest.fixture(scope="module")
def expected(base_model_dir):
    """Loss and gradients of the padded rows in double precision.

    In fp32 the padded batch is itself 4e-5 away from these, ten times as far as the forest.
    """
    peer = AutoModelForCausalLM.from_pretrained(base_model_dir, dtype=torch.float32, attn_implementation="sdpa")
    peer = adapted(peer).double()
    loss = padded_loss(peer, rows_of(base_model_dir))
    loss.backward()
    return float(loss.detach()), gradients(peer)


@pytest.mark.parametrize("max_nodes", [10_000, 60])
def test_loss_and_gradients_equal_those_of_padded_rows_on_the_real_model(base_model_dir, expected, max_nodes):
    expected_loss, expected_gradients = expected
    model = adapted(load_base(base_model_dir, CPU))

    loss = 0.0
    for batch in cut_into_micro_batches(rows_of(base_model_dir), max_nodes):
        forest = build_forest(batch)
        output = supervised_loss(forest, edge_logprobs(model, forest))
        output.loss_sum.backward()
        loss += float(output.loss_sum.detach())

    error = (gradients(model).double() - expected_gradients).norm() / expected_gradients.norm()
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    assert float(error) < 1e-5


def test_a_fused_adapter_computes_what_pefts_own_layers_do(tiny_model_dir):
    fused = adapted(load_base(tiny_model_dir, CPU))
    plain = adapted(load_base(tiny_model_dir, CPU))
    for layer in plain.modules():
        # Without the instance's own forward, the class's is used again.
        vars(layer).pop("forward", None)
    forest = build_forest(rows_of(tiny_model_dir))

    results = []
    for model in (fused, plain):
        output = supervised_loss(forest, edge_logprobs(model, forest))
        output.loss_sum.backward()
        results.append((output.loss_sum.detach(), gradients(model)))

    assert any("forward" in vars(layer) for layer in fused.modules())
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
