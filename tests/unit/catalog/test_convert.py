"""Models that come as GGUF."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, GgufConfig

from tiny_gguf import CONTEXT_TOKENS, write_tiny_gguf
from tuneport.catalog.convert import convert_gguf
from tuneport.core import ModelPullFailed


@pytest.fixture
def converted_dir(tmp_path):
    write_tiny_gguf(tmp_path / "tiny.gguf")
    target_dir = tmp_path / "converted"
    target_dir.mkdir()
    convert_gguf(tmp_path / "tiny.gguf", target_dir)
    return target_dir


def test_converted_weights_are_those_that_transformers_reads(converted_dir, tmp_path):
    reference = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file="tiny.gguf", quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
    )

    weights = load_file(converted_dir / "model.safetensors")

    expected = {name: tensor for name, tensor in reference.state_dict().items() if name != "lm_head.weight"}
    assert set(weights) == set(expected)
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_converted_model_computes_what_transformers_computes(converted_dir, tmp_path):
    token_ids = torch.tensor([[1, 50, 60, 70, 2]])
    reference = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file="tiny.gguf", quantization_config=GgufConfig(dequantize=True), dtype=torch.float32
    )

    model = AutoModelForCausalLM.from_pretrained(converted_dir, dtype="auto")

    assert model.dtype == torch.float32
    assert torch.equal(model(token_ids).logits, reference(token_ids).logits)


def test_embeddings_stay_tied(converted_dir):
    model = AutoModelForCausalLM.from_pretrained(converted_dir)

    assert model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()


def test_special_tokens_are_single_tokens_and_the_turn_end_is_the_end(converted_dir):
    tokenizer = Tokenizer.from_file(str(converted_dir / "tokenizer.json"))
    generation = json.loads((converted_dir / "generation_config.json").read_text())

    token_ids = tokenizer.encode("<|im_start|>hello<|im_end|>").ids

    assert len(token_ids) == 3
    assert token_ids[-1] == generation["eos_token_id"]
    assert token_ids[0] == generation["bos_token_id"]


def test_smollm_text_is_cut_at_every_digit(converted_dir):
    tokenizer = Tokenizer.from_file(str(converted_dir / "tokenizer.json"))

    tokens = tokenizer.encode("hello  12").tokens

    assert tokens == ["hello", "ĠĠ", "1", "2"]


def test_any_text_comes_back_from_its_tokens(converted_dir):
    tokenizer = Tokenizer.from_file(str(converted_dir / "tokenizer.json"))
    text = "héllo 你好 🙂\n\n\tx = 3.14  "

    token_ids = tokenizer.encode(text).ids

    assert tokenizer.decode(token_ids) == text


def test_configuration_states_the_context(converted_dir):
    config = json.loads((converted_dir / "config.json").read_text())

    assert config["max_position_embeddings"] == CONTEXT_TOKENS
    assert config["rms_norm_eps"] == 1e-5


def test_an_unknown_pre_tokenizer_is_refused_with_the_known_ones(tmp_path):
    write_tiny_gguf(tmp_path / "tiny.gguf", pre_tokenizer="mpt")

    with pytest.raises(
        ModelPullFailed, match=r"tokenizer.ggml.pre is 'mpt'.*'gpt-2' or 'llama-bpe' or 'qwen2' or 'smollm'"
    ) as caught:
        convert_gguf(tmp_path / "tiny.gguf", tmp_path)

    assert caught.value.code == "unsupported_gguf"


def test_the_command_says_why_in_one_line(tmp_path):
    write_tiny_gguf(tmp_path / "tiny.gguf", pre_tokenizer="mpt")

    command = [sys.executable, "-m", "tuneport.catalog.convert", str(tmp_path / "tiny.gguf"), str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert answer.stderr.startswith("tiny.gguf: tokenizer.ggml.pre is 'mpt'")
