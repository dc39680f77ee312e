import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiny_model import byte_tokenizer
from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings
from tuneport.inference import VllmOptions
from tuneport.weights import Manifest, new_checkpoint
from tuneport.workspace.models import TunedModel
from tuneport.workspace.target import find_target

BASE = "smollm2-135m-instruct"
TUNED = "ft:smollm2-135m-instruct:local::abc"
TEMPLATE = "{% generation %}{% endgeneration %}"


class FakeEngines:
    """Gives what was asked for as the engine."""

    def __init__(self, vllm=None):
        self.vllm = vllm

    def client_for(self, folder, *, name=None, quantization="none", only_adapter=None, vllm_context_tokens=None):
        asked = {"folder": folder, "quantization": quantization, "only_adapter": only_adapter}
        return asked | {"vllm_context_tokens": vllm_context_tokens} if self.vllm else asked


@dataclass
class FakeModels:
    checkpoint: Path

    def answering(self, name):
        return name

    def find_tuned(self, name):
        return TunedModel(name, BASE, self.checkpoint, "ftjob-1", 1)


def write_model(folder, tokens=()):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens(list(tokens))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    (folder / "config.json").write_text('{"eos_token_id": 2}')


@pytest.fixture
def settings(tmp_path):
    settings = Settings(home=tmp_path / "home")
    model = find_model(BASE, settings)
    write_model(model_folder(model, settings))
    (model_folder(model, settings) / "model.json").write_text(json.dumps(model.to_json()))
    return settings


@pytest.fixture
def base_folder(settings):
    return model_folder(find_model(BASE, settings), settings)


@pytest.fixture
def checkpoint(tmp_path):
    """Give how to write a checkpoint folder: adapter settings, quantization, tokens of its own."""

    def write(adapter_config, *, quantization="none", tokens=()):
        manifest = Manifest(step=1, epoch=1, is_epoch_end=True, trained_tokens=1, quantization=quantization)
        with new_checkpoint(tmp_path / "000001", manifest) as folder:
            if adapter_config is None:
                write_model(folder, tokens)
                (folder / "model.safetensors").write_bytes(b"")
            else:
                content = {"r": 1, "lora_alpha": 1, **adapter_config}
                (folder / "adapter_config.json").write_text(json.dumps(content))
                if tokens:
                    write_model(folder, tokens)
        return tmp_path / "000001"

    return write


def target_of(settings, folder, *, vllm=None):
    return find_target(TUNED, settings, FakeModels(folder), FakeEngines(vllm))


@pytest.mark.parametrize("quantization", ["none", "nf4"])
def test_plain_adapters_answer_in_the_engine_of_their_base_model(settings, base_folder, checkpoint, quantization):
    folder = checkpoint({"use_rslora": True}, quantization=quantization)

    target = target_of(settings, folder)

    assert target.engine == {"folder": base_folder, "quantization": quantization, "only_adapter": None}
    assert target.adapter_dir == str(folder)


def test_an_adapter_that_cannot_be_mixed_has_an_engine_for_itself(settings, base_folder, checkpoint):
    folder = checkpoint({"use_dora": True})

    target = target_of(settings, folder)

    assert target.engine == {"folder": base_folder, "quantization": "none", "only_adapter": folder}
    assert target.adapter_dir == str(folder)


def test_an_adapter_with_new_tokens_reads_them_with_its_own_tokenizer(settings, checkpoint):
    folder = checkpoint({"trainable_token_indices": [259]}, tokens=("<yes>",))

    target = target_of(settings, folder)

    assert target.engine["only_adapter"] == folder
    assert target.renderer.tokenize_text_prompt("<yes>") == [259]


def test_a_model_with_all_weights_trained_stands_by_itself(settings, checkpoint):
    folder = checkpoint(None, tokens=("<yes>",))

    target = target_of(settings, folder)

    assert target.engine == {"folder": folder, "quantization": "none", "only_adapter": None}
    assert target.adapter_dir is None
    assert target.renderer.tokenize_text_prompt("<yes>") == [259]


@pytest.mark.parametrize(
    ("config", "quantization", "is_served"),
    [
        ({"r": 16}, "none", True),
        ({"r": 16, "use_rslora": True}, "none", True),
        (None, "none", True),
        ({"r": 17}, "none", False),
        ({"r": 16, "use_dora": True}, "none", False),
        ({"r": 16, "trainable_token_indices": [259]}, "none", False),
        ({"r": 16}, "nf4", False),
    ],
)
def test_vllm_answers_for_plain_adapters_and_whole_models_alone(settings, checkpoint, config, quantization, is_served):
    tokens = ("<yes>",) if config is None or "trainable_token_indices" in config else ()
    folder = checkpoint(config, quantization=quantization, tokens=tokens)

    target = target_of(settings, folder, vllm=VllmOptions(Path("vllm"), memory_share=0.8, max_rank=16))

    assert target.engine["vllm_context_tokens"] == (target.context_tokens if is_served else None)
