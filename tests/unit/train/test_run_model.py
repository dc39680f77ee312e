import pytest
import torch
from transformers import BloomConfig

from training_runs import new_run
from tuneport.config import AdapterSection, ModelSection, RuntimeSection
from tuneport.core import InvalidRequest
from tuneport.models import attach_adapter, load_base
from tuneport.models.layers import decoder_layers
from tuneport.train.run_model import arrange_layers, check_engine, check_sharding

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("runtime", "are_recomputed", "are_compiled"),
    [
        (RuntimeSection(), False, False),
        (RuntimeSection(recompute_activations=True), True, False),
        (RuntimeSection(compile=True), False, True),
    ],
    ids=["plain", "recomputed", "compiled"],
)
@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
def test_layers_are_recomputed_and_compiled_only_where_the_run_wants_it(
    tiny_model_dir, runtime, are_recomputed, are_compiled
):
    model = attach_adapter(load_base(tiny_model_dir, CPU), AdapterSection(rank=4), base_name="test", seed=1)

    arrange_layers(model, runtime, CPU, n_processes=1)

    layers = decoder_layers(model)
    assert [layer.gradient_checkpointing for layer in layers] == [are_recomputed] * 2
    assert [layer._compiled_call_impl is not None for layer in layers] == [are_compiled] * 2


def test_a_model_that_no_engine_could_answer_with_is_refused_before_anything_is_loaded(tmp_path):
    BloomConfig(n_layer=1, hidden_size=16, n_head=2).save_pretrained(tmp_path)
    section = ModelSection(base_model="bloom", folder=tmp_path, longest_row_tokens=64)
    check_engine(section)

    with pytest.raises(InvalidRequest, match=r"'bloom', of the kind 'bloom'.*let vLLM answer") as refused:
        check_engine(section.model_copy(update={"engine_answers": True}))

    assert (refused.value.code, refused.value.param) == ("model_not_served", "model")


def test_a_model_that_the_engine_answers_with_is_trained(tiny_model_dir):
    check_engine(ModelSection(base_model="tiny", folder=tiny_model_dir, longest_row_tokens=64, engine_answers=True))


@pytest.mark.parametrize(
    ("changes", "n_processes", "found"),
    [
        ({}, 1, "the run is one process. Dividing a model needs two or more, started by torchrun"),
        ({"adapter": AdapterSection(kind="full")}, 2, "adapter.kind is 'full'"),
        ({"quantization": "nf4"}, 2, "quantization is 'nf4'"),
    ],
    ids=["one process", "full", "four bits"],
)
def test_what_cannot_be_divided_is_refused_before_anything_is_loaded(tmp_path, changes, n_processes, found):
    run = new_run(tmp_path, tmp_path, tmp_path, runtime=RuntimeSection(shard=True), **changes)

    with pytest.raises(InvalidRequest, match=r"runtime\.shard is true") as refused:
        check_sharding(run.read_spec(), n_processes)

    assert found in str(refused.value)


def test_an_adapter_is_divided_among_several_processes(tmp_path):
    run = new_run(tmp_path, tmp_path, tmp_path, runtime=RuntimeSection(shard=True))

    check_sharding(run.read_spec(), n_processes=2)
