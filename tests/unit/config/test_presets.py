"""Presets: whether what they choose fits into the memory that they are named after, by arithmetic."""

from pathlib import Path
from typing import get_args

import pytest

from tuneport.config import PRESETS, PresetName
from tuneport.weights import expected_adapter_weights

BYTES_PER_TRAINED_WEIGHT = 16
"""Weight, gradient and two moments, in fp32."""
MOST_OF_THE_MEMORY = 0.75
DOCS = Path(__file__).parents[3] / "docs" / "kinds-of-training.md"


def shape(hidden, inner, layers, heads, keys, vocabulary):
    return {
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": keys,
        "head_dim": 128,
        "vocab_size": vocabulary,
    }


MISTRAL_7B = shape(4096, 14336, 32, 32, 8, 32_768)
LLAMA_8B = shape(4096, 14336, 32, 32, 8, 128_256)
QWEN_14B = shape(5120, 13824, 48, 40, 8, 152_064)
MISTRAL_24B = shape(5120, 32768, 40, 32, 8, 131_072)
ONE_BILLION = {**shape(2048, 8192, 16, 32, 8, 128_256), "head_dim": 64}


def bytes_needed(config, preset, bytes_per_weight):
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    queries, keys = (config[name] * config["head_dim"] for name in ("num_attention_heads", "num_key_value_heads"))
    linear = config["num_hidden_layers"] * hidden * (2 * queries + 2 * keys + 3 * inner)
    # Embedding and head stay as they are in a base model of four bits.
    kept = 2 * hidden * config["vocab_size"] * max(bytes_per_weight, 2)
    return linear * bytes_per_weight + kept + BYTES_PER_TRAINED_WEIGHT * expected_adapter_weights(config, preset.rank)


@pytest.mark.requirement("R19.1")
@pytest.mark.parametrize(
    ("name", "config", "memory_gb", "bytes_per_weight"),
    [
        ("cpu", ONE_BILLION, 10, 4),
        ("qlora-8gb", MISTRAL_7B, 8, 0.57),
        ("qlora-16gb", LLAMA_8B, 16, 0.57),
        ("qlora-24gb", LLAMA_8B, 24, 0.57),
        ("lora-48gb", QWEN_14B, 48, 2),
        ("lora-80gb", MISTRAL_24B, 80, 2),
    ],
)
def test_the_largest_model_of_a_preset_leaves_a_quarter_of_the_memory(name, config, memory_gb, bytes_per_weight):
    needed = bytes_needed(config, PRESETS[name], bytes_per_weight)

    assert needed <= MOST_OF_THE_MEMORY * memory_gb * 1e9


def test_every_preset_has_its_row_in_the_docs():
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]

    for name, preset in PRESETS.items():
        (row,) = (row for row in rows if row.startswith(f"| `{name}` |"))
        assert f"| {preset.rank} | {preset.training.longest_row_tokens:,} |" in row
        assert ("four bits" in row) == (preset.quantization == "nf4")
    assert set(PRESETS) == set(get_args(PresetName))
