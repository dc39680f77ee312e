"""Exports of tuned models: read back, each answers as the model did when it was trained."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, pipeline

from kinds_of_training import KINDS, NEW_TOKENS
from tiny_exports import checkpoint_of, order_of
from tuneport.core import InvalidRequest, TrainingFailed
from tuneport.export import write_export
from tuneport.weights import ORDER_FILE, ReferenceAnswers

ADAPTERS = [kind for kind in KINDS if not kind.startswith("full")]


def export(run, folder, export_format, numbers="f32"):
    return write_export(order_of(run, export_format, numbers), folder, on_stage=lambda stage: None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("export_format", ["merged", "gguf"])
def test_every_kind_of_training_says_the_same_when_it_is_one_model(run_of, folder, kind, export_format):
    parity = export(run_of(kind), folder, export_format)

    assert (parity.is_equal, parity.difference) == (True, None)
    assert parity.n_prompts == 6
    assert parity.n_tokens >= parity.n_prompts
    assert parity.largest_difference < 1e-4


@pytest.mark.parametrize("kind", ADAPTERS)
def test_an_exported_adapter_says_the_same_on_its_base(run_of, folder, kind):
    parity = export(run_of(kind), folder, "adapter")

    assert parity.is_equal
    assert parity.largest_difference < 1e-4


@pytest.mark.parametrize("numbers", ["f16", "bf16", "q8_0"])
def test_a_rounded_gguf_file_stays_within_the_tolerance_of_its_numbers(run_of, folder, numbers):
    parity = export(run_of("lora"), folder, "gguf", numbers)

    assert parity.is_equal
    assert 1e-4 < parity.largest_difference < parity.tolerance


def test_an_exported_adapter_loads_in_peft_and_names_the_hub_repository_of_its_base(run_of, base_folder, folder):
    order = order_of(run_of("lora"), "adapter").model_copy(
        update={"base_source": {"kind": "hub", "repository": "someone/tiny", "revision": "abc"}}
    )

    write_export(order, folder, on_stage=lambda stage: None)

    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base_folder), folder)
    config = model.peft_config["default"]
    assert (config.r, config.base_model_name_or_path, config.revision) == (4, "someone/tiny", "abc")


def test_a_merged_folder_answers_in_transformers_pipeline_as_the_model_did_in_training(run_of, folder):
    run = run_of("lora")
    export(run, folder, "merged")
    expected = ReferenceAnswers.read(checkpoint_of(run)).answers[0]
    messages = [{key: message[key] for key in ("role", "content")} for message in expected.prompt["messages"]]

    generate = pipeline("text-generation", model=str(folder), dtype=torch.float32)
    (found,) = generate(messages, do_sample=False, max_new_tokens=8, return_full_text=False)

    text = generate.tokenizer.decode(expected.answer.token_ids, skip_special_tokens=True)
    assert text
    assert found["generated_text"].startswith(text)


def test_a_merged_folder_has_the_new_tokens_as_single_ones(run_of, folder):
    export(run_of("new tokens"), folder, "merged")

    tokenizer = pipeline("text-generation", model=str(folder)).tokenizer

    assert [len(tokenizer(token)["input_ids"]) for token in NEW_TOKENS] == [1, 1]


def test_the_manifest_lists_every_file_with_its_hash_and_has_the_verdict(run_of, folder):
    parity = export(run_of("lora"), folder, "merged", "f16")

    manifest = json.loads((folder / "tuneport-export.json").read_text())
    listed = {file["name"]: file for file in manifest["files"]}
    assert set(listed) | {"tuneport-export.json"} == {file.name for file in folder.iterdir()}
    assert listed["model.safetensors"]["bytes"] == (folder / "model.safetensors").stat().st_size
    assert manifest["parity"] == parity.model_dump()
    assert manifest["stop_tokens"] == ["<|im_end|>"]


def test_an_export_that_says_something_else_is_refused_with_prompt_place_and_values(run_of, folder, tmp_path):
    order = with_broken_checkpoint(run_of("lora"), tmp_path)

    with pytest.raises(TrainingFailed, match=r"the row on line \d+: at token 1 of the answer the log-prob") as caught:
        write_export(order, folder, on_stage=lambda stage: None)

    assert caught.value.code == "parity_mismatch"


def with_broken_checkpoint(run, tmp_path):
    """Give an order for a checkpoint one of whose weights is not what was trained."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in checkpoint_of(run).iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    weights = load_file(broken / "adapter_model.safetensors")
    name = next(name for name in weights if "lora_B" in name)
    weights[name] = weights[name] + 0.5
    save_file(weights, broken / "adapter_model.safetensors")
    return order_of(run, "merged").model_copy(update={"checkpoint": broken})


def test_a_model_that_was_trained_as_a_whole_has_no_adapter_to_export(run_of, folder):
    with pytest.raises(InvalidRequest, match="trained as a whole, so it has no adapter"):
        export(run_of("full"), folder, "adapter")


def test_a_model_of_an_older_run_is_exported_without_a_verdict(run_of, folder, tmp_path):
    run = run_of("lora")
    older = tmp_path / "older"
    older.mkdir()
    for name in ("adapter_model.safetensors", "adapter_config.json", "manifest.json"):
        (older / name).write_bytes((checkpoint_of(run) / name).read_bytes())

    parity = write_export(
        order_of(run, "merged").model_copy(update={"checkpoint": older}), folder, on_stage=lambda stage: None
    )

    assert parity is None
    assert json.loads((folder / "tuneport-export.json").read_text())["parity"] is None


def test_the_process_tells_its_stages_and_leaves_no_folder_of_this_machine_behind(run_of, folder):
    (folder / ORDER_FILE).write_text(order_of(run_of("lora"), "merged").model_dump_json())

    reports = run_process(folder)

    assert [report.get("stage") for report in reports] == ["writing", "proving", None]
    assert reports[-1]["parity"]["is_equal"] is True
    assert not (folder / ORDER_FILE).exists()
    assert str(checkpoint_of(run_of("lora"))) not in (folder / "tuneport-export.json").read_text()


def test_the_process_ends_with_an_error_in_our_words(run_of, folder):
    (folder / ORDER_FILE).write_text(order_of(run_of("full"), "adapter").model_dump_json())

    assert run_process(folder, status=1)[-1]["error"]["code"] == "no_adapter"


def run_process(folder, *, status=0):
    process = subprocess.Popen(
        [sys.executable, "-m", "tuneport.export", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    reports = [json.loads(line) for line in process.stdout]
    process.stdin.close()
    process.stdout.close()
    assert process.wait(60) == status
    return reports
