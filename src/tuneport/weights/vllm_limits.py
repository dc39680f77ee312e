"""What vLLM can serve of what is trained here."""

from __future__ import annotations

from pathlib import Path

from tuneport.weights.trained_weights import ADAPTER_CONFIG_FILE, read_adapter_facts, read_trained_weights

VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""vLLM makes room for adapters of one of these ranks."""


def vllm_reads_adapter(checkpoint: Path, *, max_rank: int = VLLM_RANKS[-1]) -> bool:
    """Say whether vLLM takes the adapter in this folder: a plain one, on a base model in its own numbers."""
    weights = read_trained_weights(checkpoint)
    if not weights.shares_base or weights.quantization != "none" or not (checkpoint / ADAPTER_CONFIG_FILE).is_file():
        return False
    return read_adapter_facts(checkpoint).rank <= max_rank
