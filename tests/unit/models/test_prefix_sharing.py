import pytest
from transformers import (
    FalconH1Config,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GptOssConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    MixtralConfig,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    Qwen3MoeConfig,
    Qwen3NextConfig,
)

from tuneport.models import why_rows_stay_separate

ALL_LAYERS_WITH_A_WINDOW = {"use_sliding_window": True, "sliding_window": 512, "max_window_layers": 0}


@pytest.mark.parametrize(
    "config",
    [
        LlamaConfig(),
        Qwen2Config(),
        Qwen3Config(),
        MistralConfig(sliding_window=None),
        MistralConfig(sliding_window=1024),
        Gemma3TextConfig(sliding_window=1024),
        GPT2Config(),
        MixtralConfig(),
        Qwen3MoeConfig(),
    ],
    ids=lambda config: config.model_type,
)
def test_rows_of_plain_causal_attention_share_prefixes(config):
    assert why_rows_stay_separate(config, longest_row_tokens=1024) is None


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (MistralConfig(sliding_window=1023), "see 1023 tokens"),
        (Gemma3TextConfig(sliding_window=512), "see 512 tokens"),
        (Qwen2Config(**ALL_LAYERS_WITH_A_WINDOW), "see 512 tokens"),
        (GptOssConfig(sliding_window=4096), "a kind of its own"),
        (Gemma2Config(), "a kind of its own"),
        (MambaConfig(), "'linear_attention'"),
        (FalconH1Config(), "'hybrid'"),
        (Qwen3NextConfig(), "'linear_attention'"),
    ],
    ids=lambda value: getattr(value, "model_type", None),
)
def test_rows_of_other_layers_stay_separate_and_the_reason_is_named(config, reason):
    assert reason in why_rows_stay_separate(config, longest_row_tokens=1024)


def test_positions_that_stretch_for_long_rows_keep_rows_separate_only_where_one_is_long():
    factors = [1.0] * 48
    longrope = {"rope_type": "longrope", "rope_theta": 1e4, "short_factor": factors, "long_factor": factors}
    config = Phi3Config(original_max_position_embeddings=512, rope_parameters=longrope)

    assert why_rows_stay_separate(config, longest_row_tokens=512) is None
    assert "longrope positions change past 512" in why_rows_stay_separate(config, longest_row_tokens=513)
