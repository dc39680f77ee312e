"""A GGUF file of a llama model with two layers and random weights, in SmolLM2's format."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

HIDDEN, HEADS, KV_HEADS, INNER, LAYERS = 32, 4, 2, 64, 2
CONTROL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["h e", "l l", "he ll", "hell o", "Ġ Ġ", "Ġ 1"]
CONTEXT_TOKENS = 128
N_TOKENS = len(CONTROL_TOKENS) + 256 + len(MERGES)
N_PARAMETERS = N_TOKENS * HIDDEN + HIDDEN + LAYERS * (3 * HIDDEN**2 + 2 * HIDDEN + 3 * HIDDEN * INNER)
"""Queries and output are square; keys and values, with half as many heads, are one square together."""


def write_tiny_gguf(path: Path, *, pre_tokenizer: str = "smollm") -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    tokens = _add_tokenizer(writer, pre_tokenizer)
    _add_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: gguf.GGUFWriter, pre_tokenizer: str) -> list[str]:
    tokens = CONTROL_TOKENS + _byte_letters() + [merge.replace(" ", "") for merge in MERGES]
    n_ordinary = len(tokens) - len(CONTROL_TOKENS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre_tokenizer)
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] * len(CONTROL_TOKENS) + [gguf.TokenType.NORMAL] * n_ordinary)
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    return tokens


def _byte_letters() -> list[str]:
    """The 256 letters by which byte-level BPE spells bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(byte) for byte in plain] + [chr(256 + number) for number in range(256 - len(plain))]


def _add_weights(writer: gguf.GGUFWriter, n_tokens: int) -> None:
    random = np.random.default_rng(0)
    kv_rows = KV_HEADS * HIDDEN // HEADS
    shapes = {
        "attn_q": (HIDDEN, HIDDEN),
        "attn_k": (kv_rows, HIDDEN),
        "attn_v": (kv_rows, HIDDEN),
        "attn_output": (HIDDEN, HIDDEN),
        "ffn_gate": (INNER, HIDDEN),
        "ffn_up": (INNER, HIDDEN),
        "ffn_down": (HIDDEN, INNER),
    }
    writer.add_tensor("token_embd.weight", random.normal(size=(n_tokens, HIDDEN)).astype(np.float32))
    writer.add_tensor("output_norm.weight", np.ones(HIDDEN, np.float32))
    for layer in range(LAYERS):
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{norm}.weight", np.ones(HIDDEN, np.float32))
        for name, shape in shapes.items():
            values = random.normal(scale=0.2, size=shape).astype(np.float32)
            kind = gguf.GGMLQuantizationType.Q4_1
            writer.add_tensor(f"blk.{layer}.{name}.weight", gguf.quants.quantize(values, kind), raw_dtype=kind)
