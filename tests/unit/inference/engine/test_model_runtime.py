import pytest
import torch
from transformers import LlamaConfig, MambaConfig

from tuneport.core import EngineFailed
from tuneport.inference.engine.kv_cache import KvCache
from tuneport.inference.engine.model_runtime import load_runtime

SIZES = {"vocab_size": 300, "hidden_size": 32, "num_hidden_layers": 2}


def test_a_model_that_keeps_a_state_is_refused_before_it_is_read(tmp_path):
    MambaConfig(**SIZES).save_pretrained(tmp_path)

    with pytest.raises(EngineFailed, match=r"'mamba', has layers of the kind 'linear_attention'.*vLLM") as failure:
        load_runtime(tmp_path, quantization="none")

    assert failure.value.code == "engine_start_failed"


def test_heads_have_keys_of_their_own_where_the_config_says_nothing():
    config = LlamaConfig(**SIZES, num_attention_heads=4)
    del config.num_key_value_heads, config.head_dim

    cache = KvCache(config, torch.device("cpu"), torch.float32)

    assert cache.read_prefix(0, 3).shape == (2, 2, 4, 3, 8)
