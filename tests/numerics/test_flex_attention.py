"""FlexAttention over a forest sees what the CPU's attention sees."""

import numpy as np
import pytest
import torch

from tiny_rows import shared_prefix_samples
from tuneport.models import ATTENTION_NAME, edge_logprobs, load_base
from tuneport.models.flex_attention import BLOCK, FLEX_ATTENTION_NAME, visible_blocks
from tuneport.tokens import build_forest

CPU = torch.device("cpu")


def forest_of(n_rows, **lengths):
    return build_forest([sample.rows[0] for sample in shared_prefix_samples(n_rows, **lengths)])


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile:UserWarning")
def test_flex_attention_gives_the_log_probabilities_of_the_cpus_attention(tiny_model_dir):
    forest = forest_of(9, shared=150, own=40)

    with torch.no_grad():
        expected, found = (
            edge_logprobs(load_base(tiny_model_dir, CPU, attention=name), forest).logprobs
            for name in (ATTENTION_NAME, FLEX_ATTENTION_NAME)
        )

    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "lengths", [(1, 600, 10), (7, 300, 90), (40, 5, 30), (3, 128, 129)], ids=["one row", "deep", "flat", "aligned"]
)
def test_blocks_are_empty_partial_or_full_exactly_where_their_pairs_of_nodes_are(lengths):
    n_rows, shared, own = lengths
    forest = forest_of(n_rows, shared=shared, own=own)
    nodes = np.arange(forest.n_nodes)
    sees = (nodes[None, :] <= nodes[:, None]) & (nodes[:, None] < forest.subtree_end[None, :])
    n_blocks = -(-forest.n_nodes // BLOCK)
    tiles = [
        [sees[q * BLOCK : (q + 1) * BLOCK, k * BLOCK : (k + 1) * BLOCK] for k in range(n_blocks)]
        for q in range(n_blocks)
    ]

    partial_QK, full_QK = visible_blocks(forest.subtree_end)

    # A last block of a single node, which sees itself, is full; being on the diagonal, it is asked for pair by pair.
    is_full = np.array([[tile.all() and q != k for k, tile in enumerate(row)] for q, row in enumerate(tiles)])
    is_seen = np.array([[tile.any() for tile in row] for row in tiles])
    assert (full_QK == is_full).all()
    assert (partial_QK == (is_seen & ~is_full)).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_on_a_gpu_the_gradients_of_both_attentions_agree_to_bf16(tiny_model_dir):
    forest = forest_of(9, shared=150, own=40)
    gradients = []
    for name in (ATTENTION_NAME, FLEX_ATTENTION_NAME):
        model = load_base(tiny_model_dir, torch.device("cuda"), attention=name)
        embeddings = model.get_input_embeddings().requires_grad_(True)

        edge_logprobs(model, forest).logprobs.sum().backward()

        gradients.append(embeddings.weight.grad.float())
    assert float((gradients[1] - gradients[0]).norm() / gradients[0].norm()) < 2e-2
