"""GGUF files: what other programs read in their metadata, and their tensors."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, TokenType
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig

from kinds_of_training import NEW_TOKENS
from tiny_exports import order_of
from tuneport.catalog import name_of_pre_tokenizer
from tuneport.catalog.convert import convert_gguf
from tuneport.core import InvalidRequest
from tuneport.export.gguf_file import write_gguf
from tuneport.export.gguf_metadata import require_known_kind
from tuneport.export.gguf_tensors import gguf_tensors
from tuneport.export.gguf_tokenizer import add_tokenizer, without_marks


def read(run, folder, numbers="f16"):
    write_gguf(order_of(run, "gguf", numbers), folder / "model.gguf")
    return GGUFReader(folder / "model.gguf")


def metadata_of(reader):
    return {name: field.contents() for name, field in reader.fields.items()}


def test_metadata_has_template_tokens_and_what_ends_an_answer(run_of, base_folder, folder):
    metadata = metadata_of(read(run_of("lora"), folder))

    tokens = metadata["tokenizer.ggml.tokens"]
    assert metadata["general.architecture"] == "llama"
    assert metadata["general.name"] == "ft:tiny:local::abc"
    assert metadata["tokenizer.ggml.pre"] == "smollm"
    assert tokens[metadata["tokenizer.ggml.eos_token_id"]] == "<|im_end|>"
    assert tokens[metadata["tokenizer.ggml.bos_token_id"]] == "<|im_start|>"
    assert metadata["tokenizer.ggml.add_bos_token"] is False
    assert metadata["tokenizer.chat_template"] == without_marks((base_folder / "chat_template.jinja").read_text())


def test_marks_of_answers_are_left_out_of_the_template_but_not_what_they_trim():
    assert without_marks("a\n{%- generation -%}\nb{% endgeneration %}") == "a\n{#- -#}\nb{# #}"


def test_special_new_and_missing_tokens_are_of_their_kind(run_of, folder):
    metadata = metadata_of(read(run_of("new tokens"), folder))

    kinds = dict(zip(metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"], strict=True))
    assert kinds["<|im_end|>"] == TokenType.CONTROL
    assert [kinds[token] for token in NEW_TOKENS] == [TokenType.USER_DEFINED] * 2
    assert kinds["a"] == TokenType.NORMAL


def test_eight_bit_tensors_are_those_whose_rows_are_whole_blocks_and_norms_stay(run_of, folder):
    kinds = {tensor.name: tensor.tensor_type for tensor in read(run_of("lora"), folder, "q8_0").tensors}

    assert kinds["blk.0.attn_q.weight"] == GGMLQuantizationType.Q8_0
    assert kinds["blk.0.attn_norm.weight"] == GGMLQuantizationType.F32
    assert "output.weight" not in kinds


@pytest.mark.parametrize("model_type", ["qwen2", "qwen3"])
def test_models_of_other_kinds_come_back_from_gguf_as_they_were(run_of, folder, tmp_path, model_type):
    run = run_of("lora")
    model = random_model(model_type)
    order = order_of(run, "gguf", "f32").model_copy(update={"checkpoint": saved(model, run, tmp_path / model_type)})

    write_gguf(order, folder / "model.gguf")
    (folder / "back").mkdir()
    convert_gguf(folder / "model.gguf", folder / "back")

    back = AutoModelForCausalLM.from_pretrained(folder / "back")
    token_ids = torch.tensor([[1, 50, 60, 70, 2]])
    assert type(back) is type(model)
    torch.testing.assert_close(back(token_ids).logits, model(token_ids).logits, atol=1e-5, rtol=0)


def test_stretched_positions_of_llama_3_come_back_from_gguf(run_of, folder, tmp_path):
    run = run_of("lora")
    rope = {
        "rope_type": "llama3",
        "rope_theta": 10_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    model = random_model("llama", rope_parameters=rope)
    order = order_of(run, "gguf", "f32").model_copy(update={"checkpoint": saved(model, run, tmp_path / "stretched")})

    write_gguf(order, folder / "model.gguf")
    (folder / "back").mkdir()
    convert_gguf(folder / "model.gguf", folder / "back")

    back = AutoModelForCausalLM.from_pretrained(folder / "back")
    token_ids = torch.randint(0, 200, (1, 100), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(back(token_ids).logits, model(token_ids).logits, atol=1e-4, rtol=0)


def random_model(model_type, **options):
    config = AutoConfig.for_model(
        model_type,
        vocab_size=280,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        tie_word_embeddings=False,
        initializer_range=0.2,
        **options,
    )
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter)
    return model


def saved(model, run, folder):
    """Write the model as a checkpoint of a full training, with the tokenizer of the run's base."""
    model.save_pretrained(folder)
    base = run.read_spec().model.folder
    for name in ("tokenizer.json", "chat_template.jinja"):
        (folder / name).write_bytes((base / name).read_bytes())
    return folder


def test_rows_that_belong_to_no_token_are_unused_and_come_back_as_rows(run_of, folder, tmp_path):
    run = run_of("lora")
    model = random_model("llama")
    order = order_of(run, "gguf", "f32").model_copy(update={"checkpoint": saved(model, run, tmp_path / "padded")})

    write_gguf(order, folder / "model.gguf")
    (folder / "back").mkdir()
    convert_gguf(folder / "model.gguf", folder / "back")

    kinds = np.array(metadata_of(GGUFReader(folder / "model.gguf"))["tokenizer.ggml.token_type"])
    assert (kinds == TokenType.UNUSED).sum() == 280 - 265
    assert json.loads((folder / "back" / "config.json").read_text())["vocab_size"] == 280


def test_a_model_that_gguf_cannot_tell_is_refused_by_what_it_has():
    config = AutoConfig.for_model("llama", rope_parameters={"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0})

    with pytest.raises(InvalidRequest, match="positions of the kind 'dynamic'") as caught:
        require_known_kind(config)

    assert caught.value.code == "unsupported_gguf"


@pytest.mark.parametrize(
    ("model_type", "options", "has_window"),
    [
        ("mistral", {"sliding_window": 4096}, True),
        ("mistral", {"sliding_window": None}, False),
        ("qwen2", {"sliding_window": 64, "use_sliding_window": True, "max_window_layers": 0}, True),
        ("qwen2", {"sliding_window": 64, "use_sliding_window": False}, False),
    ],
)
def test_a_model_that_sees_only_the_last_tokens_is_refused(model_type, options, has_window):
    config = AutoConfig.for_model(model_type, **options)

    if not has_window:
        require_known_kind(config)
        return
    with pytest.raises(InvalidRequest, match="layers that see only the last tokens"):
        require_known_kind(config)


@pytest.mark.parametrize(("turn_end", "call_end"), [("<|eot|>", "<|eom|>"), ("<|eom|>", "<|eot|>")])
def test_the_turns_end_in_the_file_is_what_the_template_ends_a_turn_with(like_llama_3, tmp_path, turn_end, call_end):
    renderer = like_llama_3(turn_end)
    config = LlamaConfig(**json.loads((tmp_path / "config.json").read_text()))
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    writer = GGUFWriter(tmp_path / "model.gguf", "llama")

    add_tokenizer(writer, tokenizer, config, renderer=renderer, template="", n_rows=renderer.n_tokens)

    written = {name.removeprefix("tokenizer.ggml."): field.value for name, field in writer.kv_data[0].items()}
    named = {name: written["tokens"][written[f"{name}_token_id"]] for name in ("bos", "eos", "eot", "eom")}
    assert named == {"bos": "<|begin|>", "eos": "<|im_end|>", "eot": turn_end, "eom": call_end}
    assert written["add_bos_token"] is True


def test_a_weight_without_a_place_is_refused_by_its_name():
    model = random_model("llama")
    model.model.extra = torch.nn.Linear(2, 2)

    with pytest.raises(InvalidRequest, match=r"'model\.extra\.weight', which GGUF has no place for"):
        gguf_tensors(model, "llama", "f32")


def test_an_unknown_way_to_cut_text_has_no_name():
    assert name_of_pre_tokenizer({"type": "Whitespace"}) is None
    assert name_of_pre_tokenizer(None) is None
