"""Rows are shown with the tokenizer that a job on the model would use."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiny_model import byte_tokenizer
from tuneport.catalog import find_model, model_folder
from tuneport.config import Settings
from tuneport.core import InvalidRequest, NotFound
from tuneport.workspace import Model, TunedModel
from tuneport.workspace.training_renderer import find_training_renderer

BASE = "smollm2-135m-instruct"
EMBEDDER = "all-minilm-l6-v2"
TUNED = "ft:smollm2-135m-instruct:local::abc"


@dataclass
class FakeModels:
    checkpoint: Path

    def find(self, name):
        return Model(name, 1, "local")

    def find_tuned(self, name):
        return TunedModel(name, BASE, self.checkpoint, "ftjob-1", 1)


def write_tokenizer(folder, *tokens):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens(list(tokens))
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture
def settings(tmp_path):
    settings = Settings(home=tmp_path / "home")
    model = find_model(BASE, settings)
    folder = model_folder(model, settings)
    write_tokenizer(folder)
    (folder / "chat_template.jinja").write_text("{% generation %}{% endgeneration %}")
    (folder / "config.json").write_text('{"eos_token_id": 2}')
    (folder / "model.json").write_text(json.dumps(model.to_json()))
    return settings


def ids_of(name, settings, checkpoint):
    found = find_training_renderer(name, settings, FakeModels(checkpoint))
    assert found.base.name == BASE
    return found.renderer.tokenize_text_prompt("<yes>")


def test_a_tuned_model_with_tokens_of_its_own_reads_them_as_its_job_did(settings, tmp_path):
    write_tokenizer(tmp_path / "checkpoint", "<yes>")

    assert ids_of(TUNED, settings, tmp_path / "checkpoint") == [259]


@pytest.mark.parametrize("name", [BASE, TUNED])
def test_other_models_read_with_the_tokenizer_of_their_base(settings, tmp_path, name):
    assert len(ids_of(name, settings, tmp_path)) == len("<yes>")


def test_a_model_that_writes_no_text_has_no_rows_to_show(settings, tmp_path):
    with pytest.raises(InvalidRequest, match="writes no text"):
        find_training_renderer(EMBEDDER, settings, FakeModels(tmp_path))


def test_a_base_model_that_is_not_here_is_to_be_pulled(tmp_path):
    with pytest.raises(NotFound, match=f"tuneport models pull {BASE}"):
        find_training_renderer(BASE, Settings(home=tmp_path), FakeModels(tmp_path))
