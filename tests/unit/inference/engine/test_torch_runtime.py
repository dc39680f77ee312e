import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    Llama4TextConfig,
    MistralConfig,
    OPTConfig,
    Qwen2Config,
)

from tuneport.inference.engine.compiled import CompiledRuntime
from tuneport.inference.engine.prefix_store import PrefixStore
from tuneport.inference.engine.runtime import Part, Text
from tuneport.inference.engine.torch_runtime import TorchRuntime

CACHE_BYTES = 2**26
N_TOKENS = 300
SIZES = {
    "vocab_size": N_TOKENS,
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "max_position_embeddings": 128,
}
HEADS = {"num_key_value_heads": 2, "intermediate_size": 64}
WINDOW = {"sliding_window": 8}
BOTH = ["sliding_attention", "full_attention", "sliding_attention"]
CHUNKS = {"attention_chunk_size": 8, "layer_types": ["chunked_attention", "full_attention", "chunked_attention"]}
MODELS = {
    "mistral": MistralConfig(**SIZES, **HEADS, **WINDOW),
    "gemma3": Gemma3TextConfig(**SIZES, **HEADS, **WINDOW, head_dim=8, layer_types=BOTH),
    "qwen2, windows above": Qwen2Config(**SIZES, **HEADS, **WINDOW, use_sliding_window=True, max_window_layers=1),
    "qwen2, window unused": Qwen2Config(**SIZES, **HEADS, **WINDOW, use_sliding_window=False),
    "llama4": Llama4TextConfig(**SIZES, **HEADS, **CHUNKS, head_dim=8, intermediate_size_mlp=64, num_local_experts=2),
    "gpt2": GPT2Config(**SIZES),
    "opt": OPTConfig(**SIZES, ffn_dim=64, word_embed_proj_dim=32),
    "gpt_neox": GPTNeoXConfig(**SIZES, intermediate_size=64),
}


def model_of(config):
    torch.manual_seed(3)
    config.initializer_range = 0.2
    return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").eval()


@torch.no_grad()
def logits_of(model, token_ids):
    return model(torch.tensor([token_ids])).logits[0]


def assert_same(logits, expected):
    torch.testing.assert_close(logits, expected, rtol=0, atol=2e-5 * float(expected.abs().max()))


@pytest.mark.parametrize("name", MODELS)
def test_logits_are_those_of_transformers_beyond_the_window_too(name):
    model = model_of(MODELS[name])
    token_ids = torch.randint(3, N_TOKENS, (40,), generator=torch.Generator().manual_seed(1)).tolist()
    expected = logits_of(model, token_ids)
    runtime = TorchRuntime(model, CACHE_BYTES)
    text, shorter = Text(None, token_ids[:30], 60), Text(None, token_ids[5:12], 60)
    for each in (shorter, text):
        runtime.open(each)

    runtime.compute([Part(text, 13)])
    assert_same(runtime.compute([Part(text, 17), Part(shorter, 7)])[0], expected[29])
    for place in range(30, 40):
        for each in (text, shorter):
            each.token_ids.append(token_ids[place])
        assert_same(runtime.compute([Part(shorter, 1), Part(text, 1)])[1], expected[place])


class _FullMemory(PrefixStore):
    def find(self, adapter, token_ids):
        raise torch.OutOfMemoryError("no room")


def test_a_text_that_could_not_be_opened_leaves_no_trace():
    runtime = TorchRuntime(model_of(MODELS["gpt2"]), CACHE_BYTES)
    prefixes, runtime._prefixes = runtime._prefixes, _FullMemory(0)
    with pytest.raises(torch.OutOfMemoryError):
        runtime.open(Text(None, [5, 6], 9))
    runtime._prefixes = prefixes
    text = Text(None, [5, 6], 9)

    runtime.open(text)
    runtime.close(text)

    assert text.place == 0
    assert runtime._texts == []


def test_a_text_that_could_not_be_opened_gives_its_blocks_back(tiny_model_dir, monkeypatch):
    model = AutoModelForCausalLM.from_pretrained(tiny_model_dir, dtype=torch.float32)
    runtime = CompiledRuntime(model, 2**20)
    n_free = len(runtime._pool._free)

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(runtime._pool, "share", fail)
    with pytest.raises(MemoryError):
        runtime.open(Text(None, [5, 6], 40))

    assert len(runtime._pool._free) == n_free


def test_trying_out_leaves_the_runtime_as_it_was():
    runtime = TorchRuntime(model_of(MODELS["mistral"]), CACHE_BYTES)

    runtime.try_out()

    assert runtime._texts == []
