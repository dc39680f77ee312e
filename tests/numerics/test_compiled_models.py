"""The compiled forward pass is the function that transformers computes, for each kind of model that it does."""

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig, Qwen2Config, Qwen3Config

from tuneport.config import AdapterSection
from tuneport.inference.engine.compiled import CompiledRuntime, is_plain_adapter, why_not_compiled
from tuneport.inference.engine.runtime import Part, Text
from tuneport.models import attach_adapter, load_base, save_adapter, trainable_parameters

CPU = torch.device("cpu")
N_TOKENS = 300
SIZES = {
    "vocab_size": N_TOKENS,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "max_position_embeddings": 512,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
LLAMA3_ROTARY = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
MODELS = {
    "llama": LlamaConfig(**SIZES),
    "llama, head of its own": LlamaConfig(**SIZES, tie_word_embeddings=False),
    "llama, stretched positions": LlamaConfig(**SIZES, rope_parameters=LLAMA3_ROTARY),
    "llama, one head of keys": LlamaConfig(**{**SIZES, "num_key_value_heads": 1, "hidden_size": 128}),
    "mistral": MistralConfig(**SIZES, sliding_window=None),
    "qwen2": Qwen2Config(**SIZES),
    "qwen3": Qwen3Config(**SIZES, head_dim=48),
}


@pytest.fixture
def folder_of(tmp_path):
    def save(config):
        torch.manual_seed(3)
        config.initializer_range = 0.2
        model = AutoModelForCausalLM.from_config(config)
        for name, parameter in model.named_parameters():
            if "norm" in name or "bias" in name:
                parameter.data.normal_(1.0, 0.3)
        model.save_pretrained(tmp_path / "model")
        return tmp_path / "model"

    return save


def adapter_of(folder, target, *, rank, seed, **section):
    """Write an adapter with random weights, and give the model with it."""
    base = load_base(folder, CPU, attention="sdpa")
    model = attach_adapter(base, AdapterSection(rank=rank, **section), base_name="test", seed=seed)
    generator = torch.Generator().manual_seed(seed)
    for parameter in trainable_parameters(model).values():
        parameter.data.normal_(0, 0.1, generator=generator)
    target.mkdir()
    save_adapter(model, target)
    return model.eval()


@torch.no_grad()
def logits_of(model, token_ids):
    return model(torch.tensor([token_ids])).logits[0, -1]


def assert_same(logits, expected):
    torch.testing.assert_close(logits, expected, rtol=0, atol=2e-5 * float(expected.abs().max()))


@pytest.mark.parametrize("name", MODELS)
def test_logits_are_those_of_transformers_in_prompts_and_answers(name, folder_of):
    model = load_base(folder_of(MODELS[name]), CPU, attention="sdpa")
    assert why_not_compiled(model) is None
    runtime = CompiledRuntime(model, 2**26)
    token_ids = torch.randint(3, N_TOKENS, (100,), generator=torch.Generator().manual_seed(1)).tolist()
    text = Text(None, token_ids[:90], 200)
    runtime.open(text)

    runtime.compute([Part(text, 50)])
    assert_same(runtime.compute([Part(text, 40)])[0], logits_of(model, token_ids[:90]))
    for n_tokens in range(91, 101):
        text.token_ids.append(token_ids[n_tokens - 1])
        logits = runtime.compute([Part(text, 1)])[0]
    assert_same(logits, logits_of(model, token_ids))


def test_texts_with_different_adapters_go_together_as_each_does_alone(folder_of, tmp_path):
    folder = folder_of(MODELS["qwen2"])
    models = {None: load_base(folder, CPU, attention="sdpa")}
    for number, rank in enumerate((4, 16, 9)):
        target = tmp_path / str(number)
        models[str(target)] = adapter_of(folder, target, rank=rank, seed=number, is_rank_stabilized=number == 1)
        assert is_plain_adapter(target)
    runtime = CompiledRuntime(models[None], 2**26)
    texts = []
    for number, adapter in enumerate([*models, *models]):
        if adapter is not None:
            runtime.load_adapter(adapter, set(models) - {None})
        texts.append(Text(adapter, [10 + number, *range(20, 30 + 7 * number)], 200))
        runtime.open(texts[-1])

    logits = runtime.compute([Part(text, text.n_left) for text in texts])

    for row, text in zip(logits, texts, strict=True):
        assert_same(row, logits_of(models[text.adapter], text.token_ids))


def test_a_wide_adapter_among_narrow_ones_makes_room_and_gives_it_back(folder_of, tmp_path):
    folder = folder_of(MODELS["llama"])
    ranks = {"narrow": 3, "wide": 40, "last": 8, "more": 16}
    models = {str(tmp_path / name): adapter_of(folder, tmp_path / name, rank=ranks[name], seed=8) for name in ranks}
    narrow, wide, last, more = models
    runtime = CompiledRuntime(load_base(folder, CPU, attention="sdpa"), 2**26, max_adapter_bytes=800_000)
    for adapter, in_use, is_ready, n_adapters in [
        (narrow, set(), True, 1),
        (wide, {narrow}, True, 2),
        (last, {narrow, wide}, False, 2),
        (last, {narrow}, True, 2),
        (more, {last, narrow}, True, 3),
    ]:
        assert runtime.load_adapter(adapter, in_use) is is_ready
        assert runtime.n_adapters == n_adapters
        if is_ready:
            for each in {adapter, *in_use}:
                text = Text(each, [10, 20, 30], 9)
                runtime.open(text)
                assert_same(runtime.compute([Part(text, text.n_left)])[0], logits_of(models[each], text.token_ids))
                runtime.close(text)


def test_positions_beyond_those_that_were_prepared_are_right(folder_of):
    config = LlamaConfig(**{**SIZES, "max_position_embeddings": 4096})
    model = load_base(folder_of(config), CPU, attention="sdpa")
    runtime = CompiledRuntime(model, 2**26)
    token_ids = torch.randint(3, N_TOKENS, (1500,), generator=torch.Generator().manual_seed(1)).tolist()
    text = Text(None, token_ids, 1600)
    runtime.open(text)

    assert_same(runtime.compute([Part(text, text.n_left)])[0], logits_of(model, token_ids))


@pytest.mark.parametrize(
    ("config", "why"),
    [
        (GPT2Config(vocab_size=N_TOKENS, n_embd=32, n_layer=2, n_head=4), "of the kind 'gpt2'"),
        (MistralConfig(**SIZES, sliding_window=9), "a window"),
        (LlamaConfig(**{**SIZES, "intermediate_size": 80}), "not all multiples of 32"),
        (LlamaConfig(**SIZES, rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}), "'dynamic'"),
    ],
)
def test_other_models_are_told_apart(config, why, folder_of):
    assert why in why_not_compiled(load_base(folder_of(config), CPU, attention="sdpa"))


def test_an_adapter_that_does_more_than_add_is_told_apart(folder_of, tmp_path):
    folder = folder_of(MODELS["llama"])
    adapter_of(folder, tmp_path / "dora", rank=4, seed=1, kind="dora")

    assert not is_plain_adapter(tmp_path / "dora")
