import pytest
from transformers import (
    BloomConfig,
    DeepseekV2Config,
    FalconH1Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoConfig,
    GPTNeoXConfig,
    GptOssConfig,
    Llama4TextConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    MixtralConfig,
    MptConfig,
    OPTConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    Qwen3MoeConfig,
    Qwen3NextConfig,
    RwkvConfig,
)

from tuneport.models import why_engine_cannot_answer


@pytest.mark.parametrize(
    "config",
    [
        LlamaConfig(),
        MistralConfig(sliding_window=512),
        Qwen2Config(),
        Qwen3Config(),
        Gemma3TextConfig(),
        Phi3Config(),
        GPT2Config(),
        GPTNeoXConfig(),
        OPTConfig(),
        MixtralConfig(),
        Qwen3MoeConfig(),
        Llama4TextConfig(),
    ],
    ids=lambda config: config.model_type,
)
def test_the_engine_answers_with_models_that_keep_keys_and_values(config):
    assert why_engine_cannot_answer(config) is None


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (BloomConfig(), "an attention of its own"),
        (GPTNeoConfig(), "an attention of its own"),
        (MptConfig(), "an attention of its own"),
        (GptOssConfig(), "an attention of its own"),
        (DeepseekV2Config(), "keys and values of different sizes"),
        (MambaConfig(), "layers of the kind 'linear_attention'"),
        (Qwen3NextConfig(), "layers of the kind 'linear_attention'"),
        (FalconH1Config(), "layers of the kind 'hybrid'"),
        (RwkvConfig(), "no attention heads"),
    ],
    ids=lambda value: getattr(value, "model_type", None),
)
def test_a_model_that_the_engine_can_not_compute_is_known_by_its_configuration(config, reason):
    assert reason in why_engine_cannot_answer(config)
