"""Computing activations twice and compiling layers change what a step costs, not what it gives."""

import pytest
import torch

from tiny_rows import shared_prefix_samples
from tuneport.config import AdapterSection
from tuneport.models import (
    attach_adapter,
    compile_layers,
    edge_logprobs,
    load_base,
    recompute_activations,
    trainable_parameters,
)
from tuneport.models.layers import decoder_layers
from tuneport.tokens import build_forest

CPU = torch.device("cpu")


def adapted(folder, *, dropout=0.0):
    model = attach_adapter(load_base(folder, CPU), AdapterSection(rank=4, dropout=dropout), base_name="test", seed=1)
    return model.train()


def step(model, n_rows=6):
    """Give the gradients of one forest, and the bytes that were remembered for them."""
    saved = {}

    def remember(tensor):
        saved[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
    torch.manual_seed(4)
    with torch.autograd.graph.saved_tensors_hooks(remember, lambda tensor: tensor):
        logprobs = edge_logprobs(model, build_forest([one.rows[0] for one in shared_prefix_samples(n_rows)])).logprobs
    (-logprobs.sum()).backward()
    gradients = {name: parameter.grad for name, parameter in trainable_parameters(model).items()}
    return gradients, sum(size for pointer, size in saved.items() if pointer not in weights)


def test_recomputed_activations_give_the_same_gradients_bit_for_bit_in_less_memory(tiny_model_dir):
    remembering, recomputing = (adapted(tiny_model_dir, dropout=0.1) for _ in range(2))
    recompute_activations(recomputing)

    expected, bytes_remembered = step(remembering)
    found, bytes_recomputed = step(recomputing)

    assert all(torch.equal(found[name], gradient) for name, gradient in expected.items())
    assert bytes_recomputed < bytes_remembered / 4


# torch's own, while it traces.
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_compiled_layers_give_the_same_gradients_for_forests_of_any_size(tiny_model_dir):
    plain, compiled = adapted(tiny_model_dir), adapted(tiny_model_dir)
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    compile_layers(compiled, backend=backend)
    for n_rows in (3, 5):
        expected, _ = step(plain, n_rows)
        found, _ = step(compiled, n_rows)

    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert len(graphs) > 0
    assert len(decoder_layers(compiled)) == 2
